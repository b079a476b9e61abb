package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.VifBridge;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LinuxBridgePluginTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final String MAC = "52:00:00:00:00:01";
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
            "set br0: arp_ignore 1 arp_announce 2 alias fastvif-bridge:br0 up"),
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
            "set gst7204e52d-b2: disable_ipv6 1",
            "set tap0: master br0 promisc on addrgenmode none alias fastvif:" + ID + " up",
            "set gst7204e52d-b2: up"),
        steps(veth));
    assertEquals(List.of("delete tap0", "", "", "", ""), undo(veth));
    assertEquals(List.of("tap0"), veth.devices());
  }

  private static LinkEntry entry(LinkEntry.Kind kind, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return LinkEntry.builder(kind, text, bytes, bytes).build();
  }

  private static LinkEntry ipv6(LinkEntry.Kind kind, String text, LinkEntry.Way way) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return LinkEntry.builder(kind, text, bytes, bytes).way(way).needsIpv6(true).build();
  }

  @Test
  void movesWhatHangsOnTheUplinkByAddingBeforeDeleting() {
    LinkState eth1 = Links.up(Links.link(3, "eth1", ""), "", 1500, "02:00:00:00:00:01", 0, true);
    LinkEntry address = entry(LinkEntry.Kind.ADDRESS, "address 10.1.0.9/24");
    LinkEntry secondary = entry(LinkEntry.Kind.ADDRESS, "address 10.1.0.10/24");
    LinkEntry byGateway = entry(LinkEntry.Kind.ROUTE, "route default via 10.1.0.1");
    LinkEntry hop =
        LinkEntry.builder(LinkEntry.Kind.NEXT_HOP, "nexthop id 7", new byte[1], new byte[1])
            .way(LinkEntry.Way.IN_PLACE)
            .build();
    HostSnapshot host =
        new SnapshotBuilder()
            .link(eth1)
            .entries(3, new LinkEntries(List.of(address, secondary, byGateway, hop), 1))
            .build();
    PlugPlan plan =
        plugin().plug(vif(network().bridgeInterface("eth1").build()).build(), null, host);
    assertEquals(
        List.of(
            "set br0: address 02:00:00:00:00:01 arp_ignore 1 arp_announce 2 alias"
                + " fastvif-bridge:br0 up",
            "add altname fastvif-br0-new-i3 to br0 unless taken",
            "add address 10.1.0.9/24 to br0",
            "add address 10.1.0.10/24 to br0",
            "add route default via 10.1.0.1 to br0",
            "set eth1: master br0",
            "move nexthop id 7 to br0",
            "delete route default via 10.1.0.1 from eth1",
            "delete address 10.1.0.10/24 from eth1",
            "delete address 10.1.0.9/24 from eth1",
            "set eth1: mtu 1450",
            "set br0: mtu 1450",
            "delete altname fastvif-br0-new-i3 from br0"),
        steps(plan).subList(2, 15));
    assertEquals(
        List.of(
            "",
            "delete altname fastvif-br0-new-i3 from br0",
            "delete address 10.1.0.9/24 from br0",
            "delete address 10.1.0.10/24 from br0",
            "delete route default via 10.1.0.1 from br0",
            "set eth1: nomaster",
            "move nexthop id 7 to eth1",
            "add route default via 10.1.0.1 to eth1",
            "add address 10.1.0.10/24 to eth1",
            "add address 10.1.0.9/24 to eth1",
            "set eth1: mtu 1500",
            "",
            "add altname fastvif-br0-new-i3 to br0 unless taken"),
        undo(plan).subList(2, 15));
    assertEquals(new SharedBridge("br0", "eth1"), plan.shared());
  }

  @Test
  void anIpv6AddressTakesTheBridgeToIpv6AndTheKernelsOwnDoesNot() {
    LinkState eth1 =
        Links.up(Links.link(3, "eth1", ""), "", 1500, "02:00:00:00:00:01", 0, true).toBuilder()
            .ipv6AddressGeneration(true)
            .build();
    byte[] bytes = {1};
    LinkEntry own =
        LinkEntry.builder(LinkEntry.Kind.ADDRESS, "address fe80::1/64", bytes, bytes)
            .automatic(true)
            .needsIpv6(true)
            .checked(true)
            .build();
    LinkEntry address =
        ipv6(LinkEntry.Kind.ADDRESS, "address 2001:db8::9/64", LinkEntry.Way.BESIDE);
    LinkEntry route =
        ipv6(LinkEntry.Kind.ROUTE, "route default via fe80::2", LinkEntry.Way.IN_PLACE);
    VifBridge vif = vif(network().bridgeInterface("eth1").build()).build();
    HostSnapshot alone =
        new SnapshotBuilder().link(eth1).entries(3, new LinkEntries(List.of(own), 1)).build();
    assertEquals(
        List.of(
            "add altname fastvif-br0-new-i3 to br0 unless taken",
            "set eth1: master br0",
            "set eth1: mtu 1450",
            "set br0: mtu 1450",
            "delete altname fastvif-br0-new-i3 from br0"),
        steps(plugin().plug(vif, null, alone)).subList(3, 8));
    HostSnapshot host =
        new SnapshotBuilder()
            .link(eth1)
            .entries(3, new LinkEntries(List.of(own, address, route), 0))
            .build();
    assertEquals(
        List.of(
            "add altname fastvif-br0-new-i3 to br0 unless taken",
            "set br0: addrgenmode none",
            "set net/ipv6/conf/br0/accept_ra to 0",
            "set br0: disable_ipv6 0",
            "set br0: addrgenmode eui64",
            "add address fe80::1/64 to br0",
            "settle address fe80::1/64 on br0",
            "add address 2001:db8::9/64 to br0",
            "set eth1: master br0",
            "move route default via fe80::2 to br0",
            "delete address 2001:db8::9/64 from eth1",
            "settle address fe80::1/64 on eth1",
            "delete address fe80::1/64 from eth1",
            "set eth1: mtu 1450",
            "set br0: mtu 1450",
            "delete altname fastvif-br0-new-i3 from br0"),
        steps(plugin().plug(vif, null, host)).subList(3, 19));
    InvalidInputException small =
        assertThrows(
            InvalidInputException.class,
            () ->
                plugin()
                    .plug(
                        vif(network().bridgeInterface("eth1").mtu(1279).build()).build(),
                        null,
                        host));
    assertEquals("network.mtu", small.path());
  }

  @Test
  void refusesAnUplinkOfWhichSomethingCannotBeMoved() {
    LinkState eth1 = Links.link(3, "eth1", "");
    byte[] bytes = {1};
    LinkEntry stuck =
        LinkEntry.builder(LinkEntry.Kind.ADDRESS, "address 2001:db8::7/64", bytes, bytes)
            .needsIpv6(true)
            .obstacle("it is stuck")
            .build();
    LinkEntry labelled =
        LinkEntry.builder(LinkEntry.Kind.ADDRESS, "address 10.1.0.9/24", bytes, bytes)
            .labelSuffixBytes(13)
            .build();
    for (LinkEntry entry : List.of(stuck, labelled)) {
      HostSnapshot host =
          new SnapshotBuilder().link(eth1).entries(3, new LinkEntries(List.of(entry), 1)).build();
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () ->
                  plugin()
                      .plug(vif(network().bridgeInterface("eth1").build()).build(), null, host));
      assertEquals("network.bridge_interface", refused.path());
      assertTrue(refused.getMessage().contains(entry.toString()), refused.getMessage());
    }
  }

  @Test
  void refusesAPortOfAnotherBridgeAndWhatCannotBePort() {
    LinkState other = Links.link(2, "br9", "bridge");
    LinkState port = Links.up(Links.link(3, "eth1", ""), "", 1500, "02:00:00:00:00:01", 2, true);
    LinkState macvlan =
        LinkState.builder(5, "mv0", "macvlan").lower(new LowerLink(4, 0, null)).build();
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(1, "lo", ""))
            .link(other)
            .link(port)
            .link(Links.link(4, "eth2", ""))
            .link(macvlan)
            .build();
    for (String uplink : List.of("eth1", "br9", "lo", "eth2")) {
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () ->
                  plugin()
                      .plug(vif(network().bridgeInterface(uplink).build()).build(), null, host));
      assertEquals("network.bridge_interface", refused.path());
    }
  }

  @Test
  void aLinkOfAnotherKindIsNoBridge() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(2, "br0", "veth"))
            .link(Links.link(3, "eth1", ""))
            .build();
    Network others = network().shouldProvideBridge(false).build();
    for (Network own : List.of(network().build(), network().bridgeInterface("eth1").build())) {
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class, () -> plugin().plug(vif(own).build(), null, host));
      assertEquals("bridge_name", refused.path());
    }
    // Nothing is done with it: the hypervisor sees what it can connect to.
    assertEquals(List.of(), steps(plugin().plug(vif(others).build(), null, host)));
  }

  @Test
  void findsTheUplinkAndTheBridgeByAlternativeNames() {
    LinkState bridge = Links.link(2, "br5", "bridge").withNames("br5", List.of("br0"));
    LinkState eth1 = Links.link(3, "eth1", "").withNames("eth1", List.of("enp0s3"));
    HostSnapshot host = new SnapshotBuilder().link(bridge).link(eth1).build();
    VifBridge vif = vif(network().bridgeInterface("enp0s3").build()).build();
    PlugPlan plan = plugin().plug(vif, null, host);
    assertEquals(new SharedBridge("br5", "eth1"), plan.shared());
    assertTrue(steps(plan).contains("set eth1: master br5 up"), () -> steps(plan).toString());
    HostSnapshot foreign =
        new SnapshotBuilder()
            .link(Links.link(3, "eth1", "").withNames("eth1", List.of("br0")))
            .build();
    assertEquals(
        "bridge_name",
        assertThrows(InvalidInputException.class, () -> plugin().plug(vif, null, foreign)).path());
  }

  /** Whatever ends the process in between. */
  @Test
  void aBridgeThatIsThereRemembersHowItWasWhileAnUplinkMovesToIt() {
    String mark = "fastvif-br0-had-020000000009-g1-d0-u1-r-1-i3";
    LinkState bridge =
        Links.up(Links.link(2, "br0", "bridge"), "", 1450, "02:00:00:00:00:09", 0, false);
    LinkState eth1 = Links.up(Links.link(3, "eth1", ""), "", 1450, "02:00:00:00:00:01", 0, false);
    LinkEntry address = entry(LinkEntry.Kind.ADDRESS, "address 10.1.0.9/24");
    SnapshotBuilder host =
        new SnapshotBuilder().link(eth1).entries(3, new LinkEntries(List.of(address), 1));
    VifBridge vif = vif(network().bridgeInterface("eth1").build()).build();
    assertEquals(
        List.of(
            "add altname " + mark + " to br0 unless taken",
            "set br0: address 02:00:00:00:00:01",
            "add address 10.1.0.9/24 to br0",
            "set eth1: master br0",
            "delete address 10.1.0.9/24 from eth1",
            "delete altname " + mark + " from br0"),
        steps(plugin().plug(vif, null, host.link(bridge).build())));
    LinkState marked =
        Links.up(bridge, "", 1450, "02:00:00:00:00:01", 0, false)
            .withNames("br0", List.of("other", mark));
    assertEquals(
        List.of("set br0: address 02:00:00:00:00:09", "delete altname " + mark + " from br0"),
        steps(plugin().unplug(vif, null, host.link(marked).build())));
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
  void aBridgeOfTheHostsAddressesKeepsItsMacAddressWhenAVlanJoins() {
    Network network = network().shouldProvideVlan(true).vlan(101).bridgeInterface("eth1").build();
    LinkState eth1 = Links.up(Links.link(3, "eth1", ""), "", 1500, "02:00:00:00:00:01", 0, true);
    LinkState br0 = Links.up(Links.link(4, "br0", "bridge"), "", 1500, MAC, 0, false);
    LinkState port = Links.up(Links.link(5, "p", "veth"), "", 1500, MAC, 4, false);
    AddressState address = new AddressState(InetAddress.getLoopbackAddress(), 8, null, 0, 0, "br0");
    SnapshotBuilder host = new SnapshotBuilder().link(eth1).link(br0).link(port);
    String keep = "set br0: address " + MAC;
    PlugPlan plan = plugin().plug(vif(network).build(), null, host.build());
    assertFalse(steps(plan).contains(keep), "without an address of the host");
    host.addresses(4, List.of(address));
    plan = plugin().plug(vif(network).build(), null, host.build());
    assertEquals(
        List.of(keep, "set vlan101: master br0 up"),
        steps(plan).subList(steps(plan).size() - 2, steps(plan).size()));
    // One that has not the lowest of its ports' has one that was set, and keeps it.
    host.link(Links.up(port, "", 1500, "02:00:00:00:00:09", 4, false));
    plan = plugin().plug(vif(network).build(), null, host.build());
    assertFalse(steps(plan).contains(keep), "where it was set");
  }

  @Test
  void aVlanOfThatNameThatIsAnotherOneIsNotJoined() {
    Network network = network().shouldProvideVlan(true).vlan(101).bridgeInterface("eth1").build();
    LinkState eth1 = Links.link(3, "eth1", "");
    LinkState vlan = Links.link(4, "vlan101", "vlan");
    Map<LinkState, String> others =
        Map.of(
            vlan.on(new LowerLink(3, 102, null), null),
            "is VLAN 102 of eth1",
            vlan.on(new LowerLink(5, 101, null), null),
            "is VLAN 101 of another device",
            vlan,
            "is a VLAN of a device in another namespace",
            Links.link(4, "vlan101", "dummy"),
            "is of the kind dummy",
            Links.link(4, "vlan101", ""),
            "is a network card");
    others.forEach(
        (link, words) -> {
          HostSnapshot host = new SnapshotBuilder().link(eth1).link(link).build();
          InvalidInputException refused =
              assertThrows(
                  InvalidInputException.class,
                  () -> plugin().plug(vif(network).build(), null, host));
          assertEquals("network.vlan", refused.path());
          assertTrue(refused.getMessage().contains("vlan101 " + words), refused::getMessage);
        });
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
