package io.fastvif.plugin.ovs;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.OvsPort;
import io.fastvif.plugin.VifChecks;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.OpenVSwitchProfile;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A VIFOpenVSwitch: the hypervisor makes the device, and adds it to the bridge too unless the
 * profile says {@code create_port}. With {@code per_port_bridge} the port is on a bridge of its own
 * that a pair of patch ports joins to the integration bridge.
 */
final class GenericPort {
  private GenericPort() {}

  static void plug(OvsPlan plan, OvsVif vif, String name, InstanceInfo instance) {
    if (vif.options().perPortBridge()) {
      plugOwnBridge(plan, vif, name, instance);
      return;
    }
    plan.ensureBridge(vif.bridge(), vif.datapathType());
    if (vif.profile().createsPort()) {
      tap(plan, vif, name);
      plan.addPort(vif.bridge(), port(vif, name, vif.bridge(), instance));
    }
    plan.changeOvs();
    confirm(plan, vif, name);
  }

  private static void plugOwnBridge(OvsPlan plan, OvsVif vif, String name, InstanceInfo instance) {
    String ownBridge = OvsNames.portBridge(vif.id());
    String ownPatch = OvsNames.portBridgePatch(vif.id());
    String integrationPatch = OvsNames.integrationPatch(vif.id());
    tap(plan, vif, name);
    plan.ensureBridge(vif.bridge(), vif.datapathType());
    plan.ensureBridge(ownBridge, vif.datapathType());
    plan.addPort(
        ownBridge,
        new OvsPort(
            name, "", Map.of(), vif.mark(), OptionalInt.empty(), vif.creation(name, ownBridge)));
    plan.addPort(
        vif.bridge(),
        patch(
            integrationPatch,
            ownPatch,
            // os-vif finds the patch port by the VIF's own id
            vif.externalIds(vif.id(), instance, ""),
            vif.patchCreation()));
    plan.addPort(ownBridge, patch(ownPatch, integrationPatch, vif.mark(), OvsPort.Creation.NONE));
    plan.changeOvs();
    confirm(plan, vif, name);
  }

  private static void confirm(OvsPlan plan, OvsVif vif, String name) {
    if (vif.profile().createsTap() && vif.profile().createsPort()) {
      plan.confirm(name);
    }
  }

  private static OvsPort patch(
      String name, String peer, Map<String, String> externalIds, OvsPort.Creation creation) {
    return new OvsPort(
        name, "patch", Map.of("peer", peer), externalIds, OptionalInt.empty(), creation);
  }

  /** The VIF's port with a device of the kernel's. */
  static OvsPort port(OvsVif vif, String name, String bridge, InstanceInfo instance) {
    return new OvsPort(
        name,
        "",
        Map.of(),
        vif.externalIds(instance, bridge),
        OptionalInt.empty(),
        vif.creation(name, bridge));
  }

  /**
   * The tap, where the profile asks for one; it is there before Open vSwitch looks for it. One that
   * os-vif or a hypervisor made is left as it is but for its MTU. Where another VIF has a device of
   * that name, or it is no tap, the creation fails.
   */
  private static void tap(OvsPlan plan, OvsVif vif, String name) {
    OpenVSwitchProfile profile = vif.profile();
    boolean isSomebodys =
        plan.host().link(name).isPresent() && !plan.isOwn(name) && !plan.isOthersDevice(name);
    if (profile.createsTap() && !(isSomebodys && plan.isTap(name))) {
      plan.devices()
          .port(
              new LocalStep.CreateTap(
                  name, profile.isMultiqueue(), false, OptionalInt.empty(), OptionalInt.empty()),
              LinkSettings.NONE,
              LinkSettings.NONE.withMtu(vif.mtu()).withAddress(VifChecks.deviceAddress(vif.vif())));
    } else {
      plan.mtu(name, vif.mtu());
    }
  }

  static void unplug(OvsPlan plan, OvsVif vif, String name) {
    if (vif.options().perPortBridge()) {
      String ownBridge = OvsNames.portBridge(vif.id());
      String integrationPatch = OvsNames.integrationPatch(vif.id());
      plan.deletePort(vif.bridge(), integrationPatch, vif.id());
      plan.deletePort(ownBridge, OvsNames.portBridgePatch(vif.id()), "");
      plan.deletePort(ownBridge, name, "");
      // Its name is cut: what is left on it then is another VIF's.
      plan.deleteBridge(ownBridge, true);
    } else {
      plan.deletePort(vif.bridge(), name, vif.interfaceId());
    }
    plan.deleteTrunkBridge();
    plan.changeOvs();
    plan.deletePortDevice(name);
  }
}
