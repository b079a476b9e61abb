package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SnapshotBuilderTest {
  private static final AddressState ADDRESS =
      new AddressState(InetAddress.getLoopbackAddress(), 8, null, 254, 0, "lo");
  private static final RouteState ROUTE =
      new RouteState(InetAddress.getLoopbackAddress(), 8, null, null, 0, 2, 253);

  private final SnapshotBuilder builder = new SnapshotBuilder();

  private static LinkState link(int index, String name, String alias, String... altnames) {
    return LinkState.builder(index, name, "veth")
        .altnames(List.of(altnames))
        .up(true)
        .alias(alias)
        .ipv6AddressGeneration(false)
        .build();
  }

  @Test
  void aSnapshotStaysWhenTheBuilderGoesOn() {
    LinkState first = link(1, "a", "fastvif:x", "other");
    HostSnapshot before =
        builder.link(first).address(1, ADDRESS).route(1, ROUTE).link(link(2, "b", "")).build();
    builder.removeLink(1).link(link(2, "c", "fastvif:x"));
    HostSnapshot after = builder.build();
    assertEquals(Optional.of(first), before.link("a"));
    assertEquals(Optional.of(first), before.link("other"));
    assertEquals(List.of(first), before.linksOf("x"));
    assertEquals(List.of(ADDRESS), before.addresses(1));
    assertEquals(List.of(ROUTE), before.routes(1));
    assertEquals(2, before.links().size());
    for (String gone : List.of("a", "b", "other")) {
      assertEquals(Optional.empty(), after.link(gone));
    }
    assertEquals(Optional.empty(), after.link(1));
    assertEquals(List.of(), after.addresses(1));
    assertEquals(List.of(), after.routes(1));
    assertEquals(List.of(link(2, "c", "fastvif:x")), after.linksOf("x"));
  }

  @Test
  void portsAreFoundByTheirMaster() {
    LinkState bridge = link(1, "br0", "");
    LinkState port = link(2, "a", "").toBuilder().master(1).build();
    HostSnapshot before = builder.link(bridge).link(port).link(link(3, "b", "")).build();
    builder.link(link(2, "a", "")).link(link(3, "b", "").toBuilder().master(1).build());
    HostSnapshot after = builder.build();
    assertEquals(List.of(port), before.ports(1));
    assertEquals(List.of(), before.ports(2));
    assertEquals(List.of(3), after.ports(1).stream().map(LinkState::index).toList());
  }

  private static LinkState port(int index, int master, long mac) {
    LinkState link = link(index, "p" + index, "");
    MacAddress address = mac == 0 ? null : new MacAddress(mac);
    return link.toBuilder().master(master).address(address).build();
  }

  private static Optional<MacAddress> mac(long value) {
    return Optional.of(new MacAddress(value));
  }

  @Test
  void portsAreKnownByTheirLowestAddress() {
    HostSnapshot none = builder.link(link(1, "br0", "")).build();
    HostSnapshot withoutAddress = builder.link(port(2, 1, 0)).build();
    HostSnapshot three = builder.link(port(3, 1, 9)).link(port(4, 1, 7)).build();
    HostSnapshot changed = builder.link(port(4, 1, 11)).build();
    HostSnapshot left = builder.link(port(3, 0, 9)).removeLink(2).removeLink(4).build();
    assertFalse(none.hasPorts(1));
    assertTrue(withoutAddress.hasPorts(1));
    assertEquals(Optional.empty(), none.lowestPortAddress(1));
    assertEquals(Optional.empty(), withoutAddress.lowestPortAddress(1));
    assertEquals(mac(7), three.lowestPortAddress(1));
    assertEquals(mac(9), changed.lowestPortAddress(1));
    assertEquals(List.of(4, 3, 2), three.ports(1).stream().map(LinkState::index).toList());
    assertEquals(List.of(port(4, 1, 11)), changed.ports(1).subList(1, 2));
    assertFalse(left.hasPorts(1));
    assertEquals(List.of(), left.ports(1));
  }

  @Test
  void aPortsOtherSettingsAreCurrent() {
    builder.link(link(1, "br0", "")).link(port(2, 1, 5)).build();
    LinkState renamed = port(2, 1, 5).toBuilder().name("other").mtu(1400).build();
    assertEquals(List.of(renamed), builder.link(renamed).build().ports(1));
  }

  @Test
  void whatLiesOnALinkIsFoundByIt() {
    LinkState vlan = link(7, "v", "").toBuilder().lower(new LowerLink(2, 5, null)).build();
    LinkState vxlan = link(3, "x", "").toBuilder().lowerIndex(2).build();
    HostSnapshot both = builder.link(link(2, "a", "")).link(vlan).link(vxlan).build();
    HostSnapshot moved = builder.link(vlan.toBuilder().lower(null).build()).removeLink(3).build();
    assertEquals(List.of(vxlan, vlan), both.uppers(2));
    assertEquals(List.of(), both.uppers(3));
    assertEquals(List.of(), moved.uppers(2));
  }

  /** A part that is put in another's place leaves the others, which were read already, alone. */
  @Test
  void otherPartsAreNotReadAgain() {
    AtomicInteger readings = new AtomicInteger();
    HostParts parts =
        new HostParts(
            index -> LinkEntries.NONE,
            index -> MovedLinks.NONE,
            () -> OvsSnapshot.UNKNOWN,
            () -> SriovSnapshot.NONE,
            () -> FilterSnapshot.NONE,
            host -> {
              assertSame(SriovSnapshot.NONE, host.sriov());
              readings.incrementAndGet();
              return DeviceSnapshot.NONE;
            },
            Map.of());
    HostSnapshot host = builder.link(link(1, "a", "")).build().with(parts);
    assertSame(DeviceSnapshot.NONE, host.devices());
    HostSnapshot other = host.withFilters(() -> FilterSnapshot.UNKNOWN);
    assertSame(DeviceSnapshot.NONE, other.devices());
    assertEquals(1, readings.get());
    assertSame(FilterSnapshot.NONE, host.filters());
    assertSame(FilterSnapshot.UNKNOWN, other.filters());
    assertEquals(host.links(), other.links());
  }

  @Test
  void usersAreThoseThatAreThere() {
    builder.link(link(1, "br0", "")).link(link(2, "a", "").toBuilder().master(1).build());
    builder.link(link(3, "b", "").toBuilder().master(1).lowerIndex(2).build());
    assertEquals(List.of(true, true, false), users());
    builder.link(link(2, "a", ""));
    assertEquals(List.of(true, true, false), users());
    builder.link(link(3, "b", "").toBuilder().lowerIndex(2).build());
    assertEquals(List.of(false, true, false), users());
    builder.removeLink(3);
    assertEquals(List.of(false, false, false), users());
    builder.link(link(3, "b", "").toBuilder().master(1).build()).clear();
    assertEquals(List.of(false, false, false), users());
  }

  private List<Boolean> users() {
    return Stream.of(1, 2, 3).map(builder::hasUsers).toList();
  }

  @Test
  void nothingChangedIsTheSameSnapshot() {
    HostSnapshot snapshot = builder.link(link(1, "a", "")).address(1, ADDRESS).build();
    builder.link(link(1, "a", "")).addresses(1, List.of(ADDRESS)).removeLink(9);
    assertSame(snapshot, builder.build());
    builder.addresses(1, List.of());
    assertNotSame(snapshot, builder.build());
  }

  @Test
  void aNameThatWentOnToAnotherLinkStaysItsName() {
    builder.link(link(1, "a", "", "alt")).link(link(2, "b", ""));
    builder.link(link(2, "a", "", "alt")).link(link(1, "c", ""));
    HostSnapshot snapshot = builder.build();
    assertEquals(2, snapshot.link("a").orElseThrow().index());
    assertEquals(2, snapshot.link("alt").orElseThrow().index());
    assertEquals(1, snapshot.link("c").orElseThrow().index());
    assertTrue(snapshot.link("b").isEmpty());
  }

  @Test
  void linksOfAVifAreByIndexAndCurrent() {
    builder.link(link(7, "c", "fastvif:x")).link(link(3, "a", "fastvif:x"));
    builder.link(link(5, "b", "fastvif:x")).link(link(7, "d", "fastvif:x"));
    assertEquals(
        List.of("a", "b", "d"),
        builder.build().linksOf("x").stream().map(LinkState::name).toList());
    builder.link(link(5, "b", "")).removeLink(3);
    assertEquals(List.of("d"), builder.build().linksOf("x").stream().map(LinkState::name).toList());
  }

  @Test
  void linksAreInTheOrderOfTheirIndexes() {
    for (int index : new int[] {70_000, 3, 128, 1, 64}) {
      builder.link(link(index, "l" + index, ""));
    }
    assertEquals(
        List.of(1, 3, 64, 128, 70_000),
        builder.build().links().stream().map(LinkState::index).toList());
  }

  @Test
  void functionsAreAskedForOnceAndOnlyIfWanted() {
    PciAddress pf = PciAddress.parse("0000:03:00.0");
    VirtualFunctionState first = VirtualFunctionState.of(PciAddress.parse("0000:03:00.2"), pf, 0);
    VirtualFunctionState tenth = VirtualFunctionState.of(PciAddress.parse("0000:03:01.4"), pf, 10);
    SriovSnapshot functions =
        new SnapshotBuilder()
            .virtualFunction(tenth)
            .virtualFunction(first.withRepresentor(new LinkId(7, "eth4")))
            .build()
            .sriov();
    AtomicInteger readings = new AtomicInteger();
    HostSnapshot host =
        new SnapshotBuilder()
            .build()
            .withSriov(
                () -> {
                  readings.incrementAndGet();
                  return functions;
                })
            .withOvs(() -> OvsSnapshot.UNKNOWN);
    assertEquals(0, readings.get());
    assertEquals(Optional.of(tenth), host.virtualFunction(tenth.address()));
    assertEquals(
        List.of(first.withRepresentor(new LinkId(7, "eth4")), tenth),
        host.sriov().virtualFunctions(pf));
    assertEquals(1, readings.get());
    assertEquals(List.of(), host.sriov().virtualFunctions(first.address()));
  }
}
