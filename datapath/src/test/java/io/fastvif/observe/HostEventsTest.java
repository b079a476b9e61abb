package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SnapshotBuilder;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Events as the kernel writes them, one kind at a time and in the orders that matter. */
class HostEventsTest {
  private static final int UP = IFF_UP;
  private static final int MTU = 1500;
  private static final int FAMILY = 0;
  private static final int INDEX = 4;
  private static final int FLAGS = 8;
  private static final RouteState ROUTE =
      new RouteState(InetAddress.getLoopbackAddress(), 8, null, null, 0, 2, 253);
  private static final AddressState ADDRESS =
      new AddressState(InetAddress.getLoopbackAddress(), 8, null, 254, 0, "lo");

  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(4096));
  private final SnapshotBuilder host = new SnapshotBuilder();
  private final IndexMarks atWork = new IndexMarks();
  private final UnreadState unread = new UnreadState(atWork);
  private final HostEvents events = new HostEvents(host, unread);

  private void beginLink(int type, int family, int index, int flags) {
    encoder.reset();
    encoder.begin(type, 0, 0);
    encoder.putHeader(16);
    encoder.setHeaderByte(FAMILY, family);
    encoder.setHeaderInt(INDEX, index);
    encoder.setHeaderInt(FLAGS, flags);
  }

  private void send() {
    assertTrue(encoder.end());
    MessageDecoder message = new MessageDecoder();
    message.wrap(encoder.segment(), 0, encoder.length());
    assertTrue(message.next());
    events.onMessage(message);
  }

  private void link(int index, String name, int flags, int mtu, int master, String alias) {
    beginLink(RTM_NEWLINK, AF_UNSPEC, index, flags);
    encoder.putString(IFLA_IFNAME, name);
    encoder.putInt(IFLA_MTU, mtu);
    if (master != 0) {
      encoder.putInt(IFLA_MASTER, master);
    }
    if (!alias.isEmpty()) {
      encoder.putString(IFLA_IFALIAS, alias);
    }
    send();
  }

  private void linkGone(int index) {
    beginLink(RTM_DELLINK, AF_UNSPEC, index, 0);
    send();
  }

  private void address(int type, int index) {
    encoder.reset();
    encoder.begin(type, 0, 0);
    encoder.putHeader(8);
    encoder.setHeaderByte(FAMILY, AF_INET);
    encoder.setHeaderInt(INDEX, index);
    send();
  }

  private void route(int flags, int table, int outputInterface) {
    route(AF_INET, flags, table, outputInterface);
  }

  private void route(int family, int flags, int table, int outputInterface) {
    encoder.reset();
    encoder.begin(RTM_NEWROUTE, flags, 0);
    encoder.putHeader(12);
    encoder.setHeaderByte(FAMILY, family);
    encoder.putInt(RTA_TABLE, table);
    if (outputInterface != 0) {
      encoder.putInt(RTA_OIF, outputInterface);
    }
    send();
  }

  private void ipv6Route(int outputInterface, int... destination) {
    encoder.reset();
    encoder.begin(RTM_NEWROUTE, 0, 0);
    encoder.putHeader(12);
    encoder.setHeaderByte(FAMILY, AF_INET6);
    encoder.putInt(RTA_TABLE, RT_TABLE_LOCAL);
    byte[] address = new byte[16];
    for (int i = 0; i < destination.length; i++) {
      address[i] = (byte) destination[i];
    }
    encoder.putBytes(RTA_DST, address);
    encoder.putInt(RTA_OIF, outputInterface);
    send();
  }

  /** Each link that comes up has one: to read for it would be to wait for the kernel's lock. */
  @Test
  void theRouteForMulticastTellsOfNoAddress() {
    link(5, "a", UP, MTU, 0, "");
    ipv6Route(5, 0xff);
    assertTrue(unread.isEmpty());
    ipv6Route(5, 0xfe, 0x80);
    assertEquals(List.of(5), of(unread.addresses()));
  }

  private static List<Integer> of(IndexMarks marks) {
    List<Integer> indexes = new ArrayList<>();
    marks.each(indexes::add);
    indexes.sort(null);
    return indexes;
  }

  private LinkState known(String name) {
    return host.build().link(name).orElseThrow();
  }

  @Test
  void aLinkComesChangesAndGoes() {
    link(5, "a", UP, MTU, 0, "");
    assertEquals(5, known("a").index());
    link(5, "b", UP, 9000, 3, "fastvif:x");
    assertEquals(Optional.empty(), host.build().link("a"));
    LinkState changed = known("b");
    assertEquals(9000, changed.mtu());
    assertEquals(3, changed.master());
    assertEquals(List.of(changed), host.build().linksOf("x"));
    linkGone(5);
    assertEquals(0, host.build().links().size());
    assertEquals(List.of(), host.build().linksOf("x"));
    assertTrue(unread.isEmpty());
  }

  @Test
  void aCapturedLinkIsRead() {
    events.onMessage(Captured.message("reply-link-veth"));
    LinkState veth = host.build().links().iterator().next();
    assertEquals("veth", veth.kind());
    assertEquals(veth, known(veth.name()));
  }

  @Test
  void aPortThatLeavesItsBridgeIsStillThere() {
    link(5, "a", UP, MTU, 3, "");
    beginLink(RTM_DELLINK, AF_BRIDGE, 5, UP);
    encoder.putString(IFLA_IFNAME, "a");
    send();
    assertEquals(3, known("a").master());
    link(5, "a", UP, MTU, 0, "");
    assertEquals(0, known("a").master());
  }

  @Test
  void whatABridgeTellsOfItsPortDoesNotReplaceWhatTheLinkTold() {
    link(5, "a", UP, MTU, 3, "fastvif:x");
    beginLink(RTM_NEWLINK, AF_BRIDGE, 5, UP);
    encoder.putString(IFLA_IFNAME, "a");
    send();
    assertEquals("fastvif:x", known("a").alias());
  }

  @Test
  void anIndexIsUsedAgain() {
    link(5, "a", UP, MTU, 0, "fastvif:x");
    host.address(5, ADDRESS);
    linkGone(5);
    link(5, "b", UP, MTU, 0, "");
    assertEquals(Optional.empty(), host.build().link("a"));
    assertEquals(List.of(), host.build().linksOf("x"));
    assertEquals(List.of(), host.build().addresses(5));
  }

  @Test
  void aNamePassesFromOneLinkToAnother() {
    link(5, "a", UP, MTU, 0, "");
    link(6, "b", UP, MTU, 0, "");
    link(5, "c", UP, MTU, 0, "");
    link(6, "a", UP, MTU, 0, "");
    linkGone(5);
    assertEquals(6, known("a").index());
  }

  @Test
  void eventsOlderThanAReadingEndInWhatWasRead() {
    link(5, "new", UP, MTU, 0, "");
    link(6, "old", UP, MTU, 0, "");
    LinkState five = host.link(5);
    LinkState six = host.link(6);
    // As the reading found it: these told how it came about.
    link(5, "old", UP, MTU, 0, "");
    linkGone(6);
    link(5, "new", UP, MTU, 0, "");
    link(6, "old", UP, MTU, 0, "");
    assertEquals(List.of(five, six), List.copyOf(host.build().links()));
    assertEquals(five, known("new"));
    assertEquals(six, known("old"));
  }

  @Test
  void aLinkThatIsDownIsReadAgain() {
    link(5, "a", 0, MTU, 0, "");
    assertEquals(List.of(5), of(unread.links()));
    link(5, "a", UP, MTU, 0, "");
    assertTrue(unread.isEmpty());
    link(5, "a", 0, MTU, 0, "");
    linkGone(5);
    assertTrue(unread.isEmpty());
  }

  @Test
  void aLinkThatLosesItsIpv6StateWithItsMtuIsReadAgain() {
    link(5, "a", UP, MTU, 0, "");
    link(5, "a", UP, 1280, 0, "");
    assertTrue(unread.isEmpty());
    link(5, "a", UP, 1279, 0, "");
    assertEquals(List.of(5), of(unread.links()));
  }

  @Test
  void addressesAreReadAgainOfTheLinkThatHasThem() {
    address(RTM_NEWADDR, 5);
    assertEquals(List.of(5), of(unread.addresses()));
    assertFalse(unread.hasRoutes());
  }

  @Test
  void withAnAddressGoRoutesOfAnyLink() {
    address(RTM_DELADDR, 5);
    assertFalse(unread.hasRoutes());
    host.route(6, ROUTE);
    address(RTM_DELADDR, 5);
    assertTrue(unread.isEveryRoute());
  }

  private void end(int index, String name, int other, String alias) {
    beginLink(RTM_NEWLINK, AF_UNSPEC, index, 0);
    encoder.putString(IFLA_IFNAME, name);
    encoder.putInt(IFLA_MTU, MTU);
    encoder.putInt(IFLA_LINK, other);
    encoder.putString(IFLA_IFALIAS, alias);
    encoder.beginNested(IFLA_LINKINFO);
    encoder.putString(IFLA_INFO_KIND, "veth");
    encoder.endNested();
    send();
  }

  @Test
  void aPairThatIsWorkedOnIsReadAgainAfterwards() {
    atWork.add(LinkGroups.making("vif"));
    end(5, "a", 6, "fastvif:vif");
    end(6, "b", 5, "");
    end(7, "c", 8, "fastvif:other");
    end(8, "d", 7, "");
    assertEquals(List.of(7, 8), of(unread.links()));
    unread.markEnded();
    assertEquals(List.of(7, 8), of(unread.links()), "not yet");
    atWork.remove(LinkGroups.making("vif"));
    unread.markEnded();
    assertEquals(List.of(5, 6, 7, 8), of(unread.links()));
  }

  @Test
  void aLinkThatIsWorkedOnAndComesUpIsNotReadAgain() {
    atWork.add(LinkGroups.making("vif"));
    link(5, "a", 0, MTU, 0, "fastvif:vif");
    assertTrue(unread.isEmpty());
    link(5, "a", UP, MTU, 0, "fastvif:vif");
    atWork.remove(LinkGroups.making("vif"));
    unread.markEnded();
    assertTrue(unread.isEmpty());
  }

  @Test
  void routesOfTheMainTableAreReadAgain() {
    route(0, RT_TABLE_LOCAL, 5);
    assertFalse(unread.hasRoutes());
    route(0, RT_TABLE_MAIN, 5);
    assertEquals(List.of(5), of(unread.routes()));
    assertFalse(unread.isEveryRoute());
    route(NLM_F_REPLACE, RT_TABLE_MAIN, 5);
    assertTrue(unread.isEveryRoute());
  }

  @Test
  void anIpv6RouteMeansAnAddress() {
    route(AF_INET6, 0, RT_TABLE_LOCAL, 5);
    assertEquals(List.of(5), of(unread.addresses()));
    assertFalse(unread.hasRoutes());
  }

  @Test
  void aRouteOfSeveralNextHopsMayBeOfAnyLink() {
    route(0, RT_TABLE_MAIN, 0);
    assertTrue(unread.isEveryRoute());
  }

  @Test
  void routesGoInSilenceWithTheirLinkGoingDown() {
    link(5, "a", UP, MTU, 0, "");
    link(6, "b", UP, MTU, 0, "");
    host.route(5, ROUTE).address(5, ADDRESS);
    link(6, "b", 0, MTU, 0, "");
    assertFalse(unread.hasRoutes());
    link(5, "a", 0, MTU, 0, "");
    assertEquals(List.of(5), of(unread.routes()));
    assertEquals(List.of(5), of(unread.addresses()));
    linkGone(5);
    assertFalse(unread.hasRoutes());
    assertEquals(List.of(), host.build().routes(5));
  }

  @Test
  void aNextHopTakesItsRoutesAlong() {
    host.route(5, ROUTE);
    encoder.reset();
    encoder.begin(RTM_DELNEXTHOP, 0, 0);
    encoder.putHeader(8);
    send();
    assertTrue(unread.isEveryRoute());
  }
}
