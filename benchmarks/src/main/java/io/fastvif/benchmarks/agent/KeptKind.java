package io.fastvif.benchmarks.agent;

import io.fastvif.json.PlugRequest;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;

/** What is plugged. */
enum KeptKind {
  /** A tap. */
  TAP("tap") {
    @Override
    PlugRequest vif(int number) {
      return PlugRequest.of(
          VifGeneric.builder()
              .id(id(number))
              .plugin("tap")
              .vifName("tap" + number)
              .network(Network.builder().mtu(MTU).build())
              .build());
    }
  },
  /** A veth pair on a bridge. */
  VETH("veth on a bridge") {
    @Override
    PlugRequest vif(int number) {
      return PlugRequest.of(
          VifBridge.builder()
              .id(id(number))
              .address(new MacAddress(FIRST_ADDRESS + number))
              .plugin("linux_bridge")
              .hasTrafficFiltering(true)
              .vifName("port" + number)
              .bridgeName("br" + number / PORTS_OF_A_BRIDGE)
              .network(Network.builder().shouldProvideBridge(true).mtu(MTU).build())
              .build());
    }
  };

  static final int MTU = 1450;
  private static final int PORTS_OF_A_BRIDGE = 1023;
  private static final long FIRST_ADDRESS = 0xfa163e000000L;

  private final String title;

  KeptKind(String title) {
    this.title = title;
  }

  /** The VIF of that number. */
  abstract PlugRequest vif(int number);

  /** Its id: different in the first letters already, as names are cut off behind these. */
  static String id(int number) {
    return String.format("%06d-0000-4000-8000-000000000000", number);
  }

  @Override
  public String toString() {
    return title;
  }
}
