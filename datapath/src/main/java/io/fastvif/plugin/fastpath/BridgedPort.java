package io.fastvif.plugin.fastpath;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.SharedBridge;
import io.fastvif.vif.Field;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileFpBridge;

/** FPBridge: the tap is a port of a Linux bridge, which is made where it is missing, and stays. */
final class BridgedPort {
  private BridgedPort() {}

  static void plug(FastPathPort port, PortProfileFpBridge profile) {
    String bridge = profile.bridgeName().require("port_profile.bridge_name");
    if (bridge.isEmpty()) {
      throw InvalidInputException.of("port_profile.bridge_name", "is empty", "a bridge's name");
    }
    InterfaceName.check("port_profile.bridge_name", Field.of(bridge));
    port.plan().share(new SharedBridge(bridge, null));
    port.plan().ensureBridge(bridge);
    port.plan()
        .port(
            port.createTap(),
            LinkSettings.NONE,
            LinkSettings.NONE
                .withMtu(port.mtu())
                .withAddress(port.hostSideAddress())
                .withMaster(bridge));
  }
}
