package io.fastvif.plugin.fastpath;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.ovs.OvsPlugin;
import io.fastvif.vif.PortProfileFpOpenVSwitch;

/**
 * FPOpenVSwitch: the tap is a port of Open vSwitch, or with a hybrid plug one of a Linux bridge of
 * its own that a veth pair joins to Open vSwitch.
 *
 * <p>The userspace datapath reads either by a packet socket, without what a virtio-net header says:
 * checksums that are not complete stay so, and frames longer than the MTU are lost. So these are
 * completed and segmented before, and the guest keeps its offloads.
 */
final class SwitchedPort {
  private static final String USERSPACE_DATAPATH = "netdev";

  private SwitchedPort() {}

  /**
   * @param half what is to be done but for the tap
   */
  static void plug(FastPathPort port, PortProfileFpOpenVSwitch profile, PlugPlan half) {
    if (profile.datapathTypeOr("").equals(USERSPACE_DATAPATH)) {
      port.requireWholeFrames();
    }
    LinkSettings settings =
        LinkSettings.NONE.withMtu(port.mtu()).withAddress(port.hostSideAddress());
    if (profile.usesHybridPlug()) {
      port.addAll(half); // makes the bridge that the tap comes on
      String bridge = OvsPlugin.hybridBridge(port.vif(), profile);
      port.plan().port(port.createTap(), LinkSettings.NONE, settings.withMaster(bridge));
    } else {
      // Open vSwitch looks for the device at once.
      port.plan().switchedPort(port.createTap(), settings);
      port.addAll(half);
    }
  }
}
