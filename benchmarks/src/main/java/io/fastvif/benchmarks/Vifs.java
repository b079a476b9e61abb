package io.fastvif.benchmarks;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.UUID;

/** VIFs to measure with, all on one bridge that fastvif provides. */
final class Vifs {
  static final String BRIDGE = "br-bench";
  static final int MTU = 1500;

  private static final Network NETWORK =
      Network.builder()
          .id(id(0))
          .bridge(BRIDGE)
          .multiHost(false)
          .shouldProvideBridge(true)
          .shouldProvideVlan(false)
          .mtu(MTU)
          .build();

  private Vifs() {}

  /** The id of the VIF of that number: different in its first eight characters already. */
  static String id(int number) {
    return new UUID(((long) number << Integer.SIZE) | 0x4000, 0x8000L << 48).toString();
  }

  /** The name of the VIF's device. */
  static String name(int number) {
    return "tap" + id(number).substring(0, 8);
  }

  /** The guest's address. */
  static MacAddress mac(int number) {
    return new MacAddress(0xfa163e000000L | number);
  }

  /** The VIF of that number, below 2^24. */
  static VifBridge bridged(int number) {
    return VifBridge.builder()
        .id(id(number))
        .address(mac(number))
        .network(NETWORK)
        .plugin("linux_bridge")
        .active(true)
        .preserveOnDelete(false)
        .hasTrafficFiltering(true)
        .vifName(name(number))
        .bridgeName(BRIDGE)
        .build();
  }
}
