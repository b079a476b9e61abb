package io.fastvif.plugin.fastpath;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.ovs.OvsPlugin;
import io.fastvif.vif.PortProfileFpOpenVSwitch;

/**
 * FPOpenVSwitch: the tap is a port of Open vSwitch, or with a hybrid plug one of a Linux bridge of
 * its own that a veth pair joins to Open vSwitch.
 */
final class SwitchedPort {
  private SwitchedPort() {}

  /**
   * @param half what is to be done but for the tap
   */
  static void plug(FastPathPort port, PortProfileFpOpenVSwitch profile, PlugPlan half) {
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
