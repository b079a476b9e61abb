package io.fastvif.plugin.ovs;

import io.fastvif.plan.LinkSettings;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.VifVhostUser;

/**
 * Open vSwitch's half of a VIFVHostUser with a fast path: the fast path makes a device of the VIF's
 * name, which is a port of Open vSwitch, or of the Linux bridge of a hybrid plug.
 */
final class OvsFastPathPort {
  private OvsFastPathPort() {}

  static void plug(
      OvsPlan plan,
      OvsVif vif,
      VifVhostUser vhostUser,
      PortProfileFpOpenVSwitch profile,
      InstanceInfo instance) {
    String device = vhostUser.portName();
    if (profile.usesHybridPlug()) {
      String bridge = hybridBridge(vif, profile);
      HybridPort.plug(plan, vif, bridge, instance);
      // A plugin that makes the device itself puts it on the bridge too.
      if (vhostUser.plugin().orElse("").equals(OvsPlugin.NAME)) {
        plan.change(device, LinkSettings.NONE.withMaster(bridge));
      }
      return;
    }
    plan.ensureBridge(vif.bridge(), vif.datapathType());
    plan.addPort(vif.bridge(), GenericPort.port(vif, device, vif.bridge(), instance));
    plan.mtu(device, vif.mtu());
    plan.changeOvs();
  }

  static void unplug(
      OvsPlan plan, OvsVif vif, VifVhostUser vhostUser, PortProfileFpOpenVSwitch profile) {
    if (profile.usesHybridPlug()) {
      HybridPort.unplug(plan, vif, hybridBridge(vif, profile));
      return;
    }
    String device = vhostUser.portName();
    plan.deletePort(vif.bridge(), device, vif.interfaceId());
    plan.deleteTrunkBridge();
    plan.changeOvs();
  }

  private static String hybridBridge(OvsVif vif, PortProfileFpOpenVSwitch profile) {
    return OvsPlugin.hybridBridge(vif.vif(), profile);
  }
}
