package io.fastvif.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.plan.Aliases;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each wrong host is found. */
class StateCheckerTest {
  private static final int FOREIGN = 6;
  private static final int PORT = 10;
  private static final int PEER = 11;
  private static final int TAP = 12;
  private static final int FREE = 99;

  private final SoakVif veth = new SoakVif(1, PortSort.VETH);
  private final SoakVif tap = new SoakVif(2, PortSort.GENERIC);
  private final SoakVif absent = new SoakVif(3, PortSort.TAP);
  private final Map<Integer, Link> host = new TreeMap<>();
  private final Link foreign = link(FOREIGN, "foreign0", "tun", "").get();

  private interface Made {
    Link get();
  }

  private static Made link(int index, String name, String kind, String alias) {
    return () -> new Link(index, name, kind, 1500, 0, 0, 0, true, alias);
  }

  private void put(Link link) {
    host.put(link.index(), link);
  }

  private void change(int index, UnaryOperator<Link> change) {
    put(change.apply(host.get(index)));
  }

  @BeforeEach
  void aGoodHost() {
    put(link(1, "lo", "", "").get());
    for (int i = 0; i < SoakOptions.BRIDGES; i++) {
      put(link(2 + i, OperationChooser.bridge(i), "bridge", "").get());
    }
    put(foreign);
    VifState bridged = Planner.plugged(veth, new Planner.Request(veth.name(), "br1", true, 1450));
    veth.know(veth.observe(), bridged);
    put(
        new Link(
            PORT, veth.name(), "veth", 1450, bridged.address(), 3, 0, true, Aliases.of(veth.id())));
    put(link(PEER, veth.peerName(), "veth", "").get());
    VifState generic = Planner.plugged(tap, new Planner.Request(tap.name(), "", true, 9000));
    tap.know(tap.observe(), generic);
    put(
        new Link(
            TAP, tap.name(), "tun", 9000, generic.address(), 0, 0, true, Aliases.of(tap.id())));
  }

  private List<Rule> found() {
    return new StateChecker(List.of(veth, tap, absent), foreign)
        .check(new Links(host)).stream().map(Violation::rule).toList();
  }

  private static Link with(Link l, String name, int mtu, int master, int group, boolean up) {
    return new Link(l.index(), name, l.kind(), mtu, l.address(), master, group, up, l.alias());
  }

  @Test
  void aGoodHostIsGood() {
    assertEquals(List.of(), found());
  }

  @Test
  void aDeviceThatWasAcknowledgedIsMissing() {
    host.remove(TAP);
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
  }

  @Test
  void aDeviceIsLeftBehind() {
    put(new Link(FREE, absent.name(), "tun", 1500, 0, 0, 0, true, Aliases.of(absent.id())));
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
  }

  @Test
  void aDeviceIsLeftBehindWithoutItsAlias() {
    put(link(FREE, absent.name(), "tun", "").get());
    assertEquals(List.of(Rule.DEVICES), found());
  }

  @Test
  void aStrangeDeviceIsThere() {
    put(link(FREE, "nb77", "bridge", "").get());
    assertEquals(List.of(Rule.DEVICES), found());
  }

  @Test
  void aVifHasTwoDevices() {
    put(new Link(FREE, "second", "tun", 9000, 0, 0, 0, true, Aliases.of(tap.id())));
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
  }

  @Test
  void thePeerIsMissing() {
    host.remove(PEER);
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
  }

  @Test
  void eachSettingCounts() {
    Link port = host.get(PORT);
    for (Link wrong :
        List.of(
            with(port, "renamed", port.mtu(), 3, 0, true),
            with(port, port.name(), 1500, 3, 0, true),
            with(port, port.name(), port.mtu(), 2, 0, true),
            with(port, port.name(), port.mtu(), 0, 0, true),
            with(port, port.name(), port.mtu(), 3, 42, true),
            with(port, port.name(), port.mtu(), 3, 0, false))) {
      put(wrong);
      assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found(), wrong::toString);
    }
  }

  @Test
  void aLinkIsLeftInTheEnginesGroup() {
    change(PEER, l -> with(l, l.name(), l.mtu(), 0, 0x4000_0001, true));
    assertEquals(List.of(Rule.GROUPS, Rule.ACKNOWLEDGED_STATE), found());
    change(PEER, l -> with(l, l.name(), l.mtu(), 0, 0, true));
    change(1, l -> with(l, l.name(), l.mtu(), 0, 5, true));
    assertEquals(List.of(Rule.GROUPS), found());
  }

  @Test
  void aBridgeIsGone() {
    host.remove(2);
    assertEquals(List.of(Rule.DEVICES), found());
  }

  @Test
  void somebodyElsesDeviceWasChangedOrRemoved() {
    change(FOREIGN, l -> with(l, l.name(), 1400, 0, 0, true));
    assertEquals(List.of(Rule.DEVICES), found());
    host.remove(FOREIGN);
    assertEquals(List.of(Rule.DEVICES), found());
  }

  @Test
  void aCancelledOperationWasDoneWhollyOrNotAtAll() {
    VifState before = tap.state();
    tap.know(tap.observe(), before, VifState.ABSENT);
    assertEquals(List.of(), found());
    change(TAP, l -> with(l, l.name(), l.mtu(), 0, 0, false));
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
    host.remove(TAP);
    assertEquals(List.of(), found());
  }

  @Test
  void whatASecondActorRacedWithIsNotKnown() {
    tap.beginDisturbance("rename");
    tap.endDisturbance();
    change(TAP, l -> with(l, "renamed", l.mtu(), 0, 0, true));
    assertEquals(List.of(), found());
    tap.know(tap.observe(), VifState.ABSENT);
    assertEquals(List.of(Rule.ACKNOWLEDGED_STATE), found());
  }
}
