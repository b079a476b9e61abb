package io.fastvif.plugin.fastpath;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plugin.OwnBridge;
import io.fastvif.plugin.PlannedNames;
import io.fastvif.vif.Field;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileFpBridge;

/** FPBridge: the tap is a port of a Linux bridge, which is made where it is missing, and stays. */
final class BridgedPort {
  private static final String BRIDGE_FIELD = "port_profile.bridge_name";

  private BridgedPort() {}

  static void plug(FastPathPort port, PortProfileFpBridge profile) {
    String given = profile.bridgeName().require(BRIDGE_FIELD);
    if (given.isEmpty()) {
      throw InvalidInputException.of(BRIDGE_FIELD, "is empty", "a bridge's name");
    }
    String bridge = port.plan().bridgeName(BRIDGE_FIELD, given);
    InterfaceName.check(BRIDGE_FIELD, Field.of(bridge));
    new PlannedNames().add(BRIDGE_FIELD, bridge).add("vif_name", port.tap());
    port.plan().share(new SharedBridge(bridge, null));
    port.plan().ensureBridge(bridge);
    OwnBridge.raise(port.plan(), bridge, link -> {});
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
