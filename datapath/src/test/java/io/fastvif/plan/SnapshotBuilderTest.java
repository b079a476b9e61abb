package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.util.List;
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
