package io.fastvif.agent.keeper;

import io.fastvif.json.PlugRequest;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.UUID;

/** VIFs for the keeper's tests, by number. */
final class KeptVifCases {
  private static final long FIRST_MAC = 0xfa163e000000L;

  private KeptVifCases() {}

  /** A tap named after its number. */
  static PlugRequest tap(int number, int mtu) {
    return tap("tap-vif-" + number, "tap" + number, mtu);
  }

  /** A tap. */
  static PlugRequest tap(String id, String name, int mtu) {
    return PlugRequest.of(
        VifGeneric.builder()
            .id(id)
            .plugin("tap")
            .vifName(name)
            .network(Network.builder().mtu(mtu).build())
            .build());
  }

  /** A port, {@code portN}, of a bridge. */
  static PlugRequest bridged(int number, String bridge) {
    return bridged(number, bridge, true);
  }

  /** The same where the bridge has to be told what it may forward. */
  static PlugRequest unfiltered(int number, String bridge) {
    return bridged(number, bridge, false);
  }

  /** A port of a bridge that has to be there. */
  static PlugRequest onOthersBridge(int number, String bridge) {
    VifBridge like = (VifBridge) bridged(number, bridge).vif();
    return PlugRequest.of(
        VifBridge.builder()
            .id(like.id().get())
            .address(like.address().get())
            .plugin("linux_bridge")
            .hasTrafficFiltering(true)
            .vifName(like.vifName().get())
            .bridgeName(bridge)
            .network(Network.builder().shouldProvideBridge(false).mtu(1450).build())
            .build());
  }

  private static PlugRequest bridged(int number, String bridge, boolean isFiltered) {
    return PlugRequest.of(
        VifBridge.builder()
            .id(number + "-bridged-vif")
            .address(new MacAddress(FIRST_MAC + number))
            .plugin("linux_bridge")
            .hasTrafficFiltering(isFiltered)
            .vifName("port" + number)
            .bridgeName(bridge)
            .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
            .build());
  }

  /** A port of br-int, with a tap. */
  static PlugRequest ovs(int number) {
    Vif port =
        VifOpenVSwitch.builder()
            .id(new UUID(0xabcdL << 32, number).toString())
            .address(new MacAddress(FIRST_MAC + number))
            .plugin("ovs")
            .vifName("ovs" + number)
            .bridgeName("br-int")
            .network(Network.builder().bridge("br-int").mtu(1450).build())
            .portProfile(
                PortProfileOpenVSwitch.builder()
                    .interfaceId(new UUID(0x1234L << 32, number).toString())
                    .datapathType("netdev")
                    .createPort(true)
                    .createTap(true)
                    .build())
            .build();
    return PlugRequest.of(port);
  }
}
