package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.Links;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.VifBridge;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LinuxBridgePluginTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final HostSnapshot EMPTY = new SnapshotBuilder().build();

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new LinuxBridgePlugin.Factory().create(new PluginOptions("linux_bridge", values));
  }

  private static Network.Builder network() {
    return Network.builder().shouldProvideBridge(true).mtu(1450);
  }

  private static VifBridge.Builder vif(Network network) {
    return VifBridge.builder()
        .id(ID)
        .address(MacAddress.parse("fa:16:3e:88:75:34"))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap0")
        .bridgeName("br0")
        .network(network);
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  private static List<String> undo(PlugPlan plan) {
    return plan.steps().stream()
        .map(planned -> planned.undo() == null ? "" : planned.undo().toString())
        .toList();
  }

  @Test
  void makesTheBridgeAsOsVifDoesAndLeavesThePortToTheHypervisor() {
    PlugPlan plan = plugin().plug(vif(network().build()).build(), null, EMPTY);
    assertEquals(
        List.of(
            "create bridge br0 forward_delay 0 stp_state 0 mcast_snooping 0",
            "set br0: disable_ipv6 1",
            "set br0: arp_ignore 1 arp_announce 2 up"),
        steps(plan));
    assertTrue(plan.steps().stream().allMatch(PlannedStep::shared));
    assertEquals(
        List.of(false, true, true), plan.steps().stream().map(PlannedStep::onlyIfCreated).toList());
    assertEquals(new SharedBridge("br0", null), plan.shared());
    assertEquals(List.of(), plan.devices());
    assertEquals(List.of(), plan.notes());
  }

  @Test
  void makesNoBridgeUnlessTheNetworkSaysSo() {
    PlugPlan plan =
        plugin().plug(vif(network().shouldProvideBridge(false).build()).build(), null, EMPTY);
    assertEquals(List.of(), plan.steps());
    PlugPlan multiHost = plugin().plug(vif(network().multiHost(true).build()).build(), null, EMPTY);
    assertEquals(List.of(), multiHost.steps());
  }

  @Test
  void makesATapOrAVethPortWhereAsked() {
    Network existing = network().shouldProvideBridge(false).build();
    PlugPlan tap = plugin("create_port", "tap").plug(vif(existing).build(), null, EMPTY);
    assertEquals(
        List.of(
            "create tap tap0",
            "set tap0: disable_ipv6 1",
            "set tap0: mtu 1450 address fe:16:3e:88:75:34 master br0 addrgenmode none alias"
                + " fastvif:"
                + ID
                + " up"),
        steps(tap));
    PlugPlan veth = plugin("create_port", "veth").plug(vif(existing).build(), null, EMPTY);
    assertEquals(
        List.of(
            "create veth tap0 address fe:16:3e:88:75:34 peer gst7204e52d-b2"
                + " address fa:16:3e:88:75:34 mtu 1450",
            "set tap0: disable_ipv6 1",
            "set tap0: master br0 promisc on addrgenmode none alias fastvif:" + ID + " up",
            "set gst7204e52d-b2: disable_ipv6 1",
            "set gst7204e52d-b2: up"),
        steps(veth));
    assertEquals(List.of("delete tap0", "", "", "", ""), undo(veth));
    assertEquals(List.of("tap0"), veth.devices());
  }

  @Test
  void joinsTheUplinkAndMovesItsAddressesAndGatewayRoutes() throws Exception {
    LinkState eth1 = Links.link(3, "eth1", "");
    InetAddress ten = InetAddress.getByName("10.1.0.9");
    RouteState direct = new RouteState(InetAddress.getByName("10.1.0.0"), 24, null, ten, 0, 2, 253);
    RouteState byGateway =
        new RouteState(
            InetAddress.getByName("0.0.0.0"), 0, InetAddress.getByName("10.1.0.1"), null, 0, 3, 0);
    HostSnapshot host =
        new SnapshotBuilder()
            .link(eth1)
            .address(3, new AddressState(ten, 24, null, 0, 0x80, "eth1"))
            .address(3, new AddressState(InetAddress.getByName("10.1.0.10"), 24, null, 0, 0x81, ""))
            .address(3, new AddressState(InetAddress.getByName("10.9.0.1"), 24, null, 0, 0, ""))
            .address(3, new AddressState(InetAddress.getByName("fe80::1"), 64, null, 253, 0x80, ""))
            .route(3, direct)
            .route(3, byGateway)
            .build();
    PlugPlan plan =
        plugin().plug(vif(network().bridgeInterface("eth1").build()).build(), null, host);
    assertEquals(
        List.of(
            "set eth1: mtu 1450 master br0 up",
            "delete route default via 10.1.0.1 dev eth1",
            "delete address 10.1.0.9/24 from eth1",
            "add address 10.1.0.9/24 to br0",
            "add route default via 10.1.0.1 dev br0",
            "set br0: mtu 1450"),
        steps(plan).subList(3, 9));
    assertEquals(
        List.of(
            "set eth1: mtu 1500 nomaster down",
            "add route default via 10.1.0.1 dev eth1",
            "add address 10.1.0.9/24 to eth1",
            "delete address 10.1.0.9/24 from br0",
            "delete route default via 10.1.0.1 dev br0",
            ""),
        undo(plan).subList(3, 9));
    assertEquals(new SharedBridge("br0", "eth1"), plan.shared());
  }

  @Test
  void anUplinkThatIsThereAlreadyIsLeftAlone() {
    LinkState bridge =
        Links.up(Links.link(2, "br0", "bridge"), "", 1450, "02:00:00:00:00:01", 0, false);
    LinkState eth1 = Links.up(Links.link(3, "eth1", ""), "", 1450, "02:00:00:00:00:01", 2, false);
    HostSnapshot host = new SnapshotBuilder().link(bridge).link(eth1).build();
    PlugPlan plan =
        plugin().plug(vif(network().bridgeInterface("eth1").build()).build(), null, host);
    assertEquals(List.of(), steps(plan));
  }

  @Test
  void makesTheNetworksVlan() {
    Network network = network().shouldProvideVlan(true).vlan(101).bridgeInterface("eth1").build();
    PlugPlan plan = plugin().plug(vif(network).build(), null, EMPTY);
    assertEquals(
        List.of("create vlan vlan101 link eth1 id 101", "set vlan101: mtu 1450 up"),
        steps(plan).subList(0, 2));
    assertEquals("set vlan101: master br0 up", steps(plan).getLast());
    PlugPlan other = plugin("vlan_interface", "eth7").plug(vif(network).build(), null, EMPTY);
    assertEquals("create vlan vlan101 link eth7 id 101", steps(other).getFirst());
    assertThrows(
        InvalidInputException.class,
        () ->
            plugin()
                .plug(
                    vif(network().shouldProvideVlan(true).vlan(null).build()).build(),
                    null,
                    EMPTY));
  }

  @Test
  void aVlanOfThatNameThatIsAnotherOneIsNotJoined() {
    Network network = network().shouldProvideVlan(true).vlan(101).bridgeInterface("eth1").build();
    LinkState eth1 = Links.link(3, "eth1", "");
    LinkState vlan = Links.link(4, "vlan101", "vlan");
    for (LowerLink lower : List.of(new LowerLink(3, 102, null), new LowerLink(5, 101, null))) {
      HostSnapshot host = new SnapshotBuilder().link(eth1).link(vlan.on(lower, null)).build();
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class, () -> plugin().plug(vif(network).build(), null, host));
      assertEquals("network.vlan", refused.path());
    }
    HostSnapshot same =
        new SnapshotBuilder().link(eth1).link(vlan.on(new LowerLink(3, 101, null), null)).build();
    assertFalse(
        steps(plugin().plug(vif(network).build(), null, same)).toString().contains("create vlan"));
  }

  @Test
  void anOwnPortWithIpv6LosesItBeforeItComesUp() {
    Network existing = network().shouldProvideBridge(false).build();
    LinkState port = Links.link(5, "tap0", "veth");
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(2, "br0", "bridge"))
            .link(Links.up(port, "fastvif:" + ID, 1450, "fe:16:3e:88:75:34", 2, true))
            .build();
    PlugPlan plan = plugin("create_port", "veth").plug(vif(existing).build(), null, host);
    assertEquals(List.of("set tap0: disable_ipv6 1"), steps(plan));
    assertEquals(List.of("set tap0: disable_ipv6 0"), undo(plan));
  }

  @Test
  void saysWhatItLeavesOut() {
    Network network = network().bridgeInterface("eth1").build();
    PlugPlan plan = plugin().plug(vif(network).build(), null, EMPTY);
    assertEquals(
        List.of("bridge interface eth1 does not exist: br0 is not joined to it"), plan.notes());
  }

  @Test
  void refusesAPortProfileAndAVifWithoutNetwork() {
    VifBridge profiled =
        vif(network().build()).portProfile(PortProfileFpBridge.builder().build()).build();
    assertEquals(
        "port_profile",
        assertThrows(InvalidInputException.class, () -> plugin().plug(profiled, null, EMPTY))
            .path());
    VifBridge bare = VifBridge.builder().id(ID).bridgeName("br0").build();
    assertEquals(
        "network",
        assertThrows(InvalidInputException.class, () -> plugin().plug(bare, null, EMPTY)).path());
  }
}
