package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Allocations;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.net.InetAddress;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What planning a VIF costs does not grow with the number of VIFs on the host. Counted in bytes
 * that are allocated: whoever looks through all links of a snapshot sorts or groups them first,
 * which takes 8 bytes for each at least.
 */
class PlanWorkTest {
  private static final int FEW = 10;
  private static final int MANY = 1000;

  /** Far less than 990 links more would take, and far more than the compiler's whims. */
  private static final int SLACK = 2000;

  private static final int CALLS = 200;
  private static final int BRIDGE = 2;
  private static final int UPLINK = 3;
  private static final int FIRST_PORT = 10;
  private static final long BRIDGE_MAC = 0xfe_00_00_00_00_00L;

  private static String id(int number) {
    return new UUID(7, number).toString();
  }

  private static VifBridge vif(int number, Network network) {
    return VifBridge.builder()
        .id(id(number))
        .address(new MacAddress(0xfa_16_3e_00_00_00L + number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap" + number)
        .bridgeName("br0")
        .network(network)
        .build();
  }

  private static VifPlugin plugin(String port) {
    Map<String, String> options = Map.of("create_port", port);
    return new LinuxBridgePlugin.Factory().create(new PluginOptions("linux_bridge", options));
  }

  /** With an address on its bridge, whose own MAC address is that of its lowest port. */
  private static SnapshotBuilder host(int vifs, int bridgeMtu) throws Exception {
    SnapshotBuilder host = new SnapshotBuilder();
    host.link(
        LinkState.builder(BRIDGE, "br0", "bridge")
            .mtu(bridgeMtu)
            .address(new MacAddress(BRIDGE_MAC + 1))
            .up(true)
            .alias(Aliases.ofBridge("br0"))
            .build());
    host.link(
        LinkState.builder(UPLINK, "eth0", "")
            .address(new MacAddress(0xfe_ff_00_00_00_01L))
            .build());
    InetAddress address = InetAddress.getByName("10.0.0.1");
    host.address(BRIDGE, new AddressState(address, 24, null, 0, 0, "br0"));
    for (int number = 1; number <= vifs; number++) {
      host.link(
          LinkState.builder(FIRST_PORT + number, "tap" + number, "veth")
              .address(new MacAddress(BRIDGE_MAC + number))
              .master(BRIDGE)
              .up(true)
              .promiscuous(true)
              .alias(Aliases.of(id(number)))
              .ipv6AddressGeneration(false)
              .ipv6Disabled(true)
              .build());
    }
    return host;
  }

  /** A snapshot that nobody has asked anything yet, each time. */
  private static long bytes(
      SnapshotBuilder host, Function<HostSnapshot, PlugPlan> planning, int steps) {
    int[] turn = {0};
    return Allocations.least(() -> planning.apply(fresh(host, turn)).steps().size(), steps, CALLS);
  }

  private static HostSnapshot fresh(SnapshotBuilder host, int[] turn) {
    LinkState other = LinkState.builder(5, "other" + turn[0]++, "dummy").build();
    return host.link(other).build();
  }

  private static void assertSameWork(
      SnapshotBuilder few, SnapshotBuilder many, Function<HostSnapshot, PlugPlan> planning) {
    int steps = planning.apply(few.build()).steps().size();
    bytes(few, planning, steps);
    bytes(many, planning, steps);
    long ofFew = bytes(few, planning, steps);
    long ofMany = bytes(many, planning, steps);
    assertTrue(ofMany <= ofFew + SLACK, "with few " + ofFew + " bytes, with many " + ofMany);
  }

  private static Network network() {
    return Network.builder().shouldProvideBridge(true).mtu(1450).build();
  }

  private void plugAndUnplug(String port) throws Exception {
    VifPlugin plugin = plugin(port);
    VifBridge absent = vif(MANY + 1, network());
    VifBridge present = vif(1, network());
    assertSameWork(host(FEW, 1450), host(MANY, 1450), host -> plugin.plug(absent, null, host));
    assertSameWork(
        host(FEW, 1500),
        host(MANY, 1500),
        host -> plugin.plug(absent, null, host)); // lowers the bridge's MTU
    assertSameWork(host(FEW, 1450), host(MANY, 1450), host -> plugin.unplug(present, null, host));
    if (port.equals("veth")) {
      assertSameWork(host(FEW, 1450), host(MANY, 1450), host -> plugin.plug(present, null, host));
    }
  }

  @Test
  void ofAVethPair() throws Exception {
    plugAndUnplug("veth");
  }

  @Test
  void ofATap() throws Exception {
    plugAndUnplug("tap");
  }

  /** Joined once, when the plan looks for what lies on it. */
  @Test
  void ofAnUplink() throws Exception {
    Network network =
        Network.builder().shouldProvideBridge(true).bridgeInterface("eth0").mtu(1500).build();
    VifPlugin plugin = plugin("veth");
    VifBridge absent = vif(MANY + 1, network);
    SnapshotBuilder few = host(FEW, 1500);
    assertTrue(plugin.plug(absent, null, few.build()).steps().size() > 2, "joins nothing");
    SnapshotBuilder many = joined(host(MANY, 1500));
    assertSameWork(joined(few), many, host -> plugin.plug(absent, null, host));
  }

  private static SnapshotBuilder joined(SnapshotBuilder host) {
    LinkState uplink = host.link(UPLINK);
    return host.link(uplink.toBuilder().master(BRIDGE).up(true).build());
  }

  /** VLANs, which might be lowered with it, lie on the card, not on the bridge. */
  @Test
  void ofALoweredBridgeWithManyVlansBeside() throws Exception {
    VifPlugin plugin = plugin("veth");
    VifBridge absent = vif(MANY + 1, network());
    SnapshotBuilder many = host(FEW, 1500);
    for (int vlan = 1; vlan <= MANY; vlan++) {
      many.link(
          LinkState.builder(FIRST_PORT + MANY + vlan, "vlan" + vlan, "vlan")
              .lower(new LowerLink(UPLINK, vlan, null))
              .build());
    }
    assertSameWork(host(FEW, 1500), many, host -> plugin.plug(absent, null, host));
  }
}
