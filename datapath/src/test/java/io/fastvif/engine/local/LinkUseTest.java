package io.fastvif.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.reader.LinkUse;
import io.fastvif.observe.reader.LinkUse.User;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.List;
import java.util.Set;

/** Who uses eth7, one end of a veth pair, on the real kernel. */
class LinkUseTest {
  private static final String LINK = "eth7";

  private final Peer ip = Peer.require("ip", "iproute2");

  private void ip(String... commands) throws Exception {
    for (String command : commands) {
      ip.run(command);
    }
  }

  private void pair() throws Exception {
    ip("link add eth7 type veth peer name wire", "link set eth7 up", "link set wire up");
  }

  private static User find(String... except) {
    try (RouteSocket socket = RouteSocket.open()) {
      return LinkUse.find(socket, socket.indexOf(LINK), List.of(except));
    }
  }

  private static void assertUsed(String words) {
    assertEquals(new User(words, false), find());
  }

  @KernelTest
  void whatTheKernelGivesItIsNoUse() throws Exception {
    pair();
    // Its link-local address and the routes to that come with time.
    String found = "";
    for (int i = 0; i < 2_000 && !found.contains("fe80"); i++) {
      found = ip.run("-6 address show dev eth7 -tentative");
    }
    assertTrue(found.contains("fe80"), found);
    assertNull(find());
  }

  @KernelTest
  void linksOnItHere() throws Exception {
    pair();
    ip("link add link eth7 name mvl0 type macvlan mode bridge");
    assertUsed("mvl0 lies on it");
    assertNull(find("mvl0"));
    ip("link add link eth7 name mvl1 type macvlan mode bridge");
    assertEquals(new User("mvl1 lies on it", false), find("mvl0"));
    ip(
        "link del mvl0",
        "link del mvl1",
        "link add vx0 type vxlan id 7 dev eth7 group 239.1.1.1 dstport 4789");
    assertUsed("vx0 lies on it");
  }

  @KernelTest
  void aLinkOfAVifIsNothingToBeTold() throws Exception {
    pair();
    ip("link add link eth7 name tap0 type macvtap mode bridge");
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().set(socket.indexOf("tap0")).alias(Aliases.of("x")));
    }
    assertEquals(new User("tap0 lies on it", true), find());
  }

  @KernelTest
  void aLinkThatWasMovedToANamespaceWithoutAPath() throws Exception {
    pair();
    try (Netns pod = Netns.createPrivate()) {
      ip("link add link eth7 name mvl0 type macvlan mode bridge");
      move("mvl0", pod);
      User user = find();
      assertNotNull(user);
      assertTrue(user.words().matches("mvl0 in the namespace of id \\d+ lies on it"), user::words);
    }
  }

  @KernelTest
  void aLinkInTheNamespaceOfAThread() throws Exception {
    pair();
    try (Netns own = Netns.current();
        Netns pod = Netns.createPrivate()) {
      ip("link add link eth7 name mvl0 type macvlan mode bridge");
      move("mvl0", pod);
      User user = pod.call(() -> own.call(LinkUseTest::find)); // the first thread waits there
      assertTrue(
          user.words().matches("mvl0 in /proc/\\d+/task/\\d+/ns/net lies on it"), user::words);
    }
  }

  @KernelTest
  void aLinkOnOneOfTheSameIndexElsewhereIsNoUse() throws Exception {
    pair();
    try (Netns pod = Netns.createPrivate();
        Netns third = Netns.createPrivate();
        RouteSocket socket = RouteSocket.open()) {
      int index = socket.indexOf(LINK);
      pod.call(
          () -> {
            ip(
                "link add eth7 index " + index + " type veth peer name wire",
                "link add link eth7 name mvl0 type macvlan mode bridge");
            move("mvl0", third);
            return null;
          });
      assertNull(find());
    }
  }

  private static void move(String name, Netns target) {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(
          socket.link().set(socket.indexOf(name)).namespaceDescriptor(target.descriptor()));
    }
  }

  @KernelTest
  void addresses() throws Exception {
    pair();
    ip("address add 192.0.2.1/24 dev eth7");
    assertUsed("it has the address 192.0.2.1");
    ip("address del 192.0.2.1/24 dev eth7", "address add 2001:db8::1/64 dev eth7 nodad");
    assertUsed("it has the address 2001:db8:0:0:0:0:0:1");
    ip("address del 2001:db8::1/64 dev eth7", "address add fe80::1/64 dev eth7 nodad");
    assertUsed("it has the address fe80:0:0:0:0:0:0:1");
    ip("address del fe80::1/64 dev eth7");
    assertNull(find());
  }

  @KernelTest
  void routes() throws Exception {
    pair();
    ip("link add eth8 type veth peer name wire8", "link set eth8 up", "link set wire8 up");
    ip("route add 198.51.100.0/24 dev eth7 table 100");
    assertUsed("a route leads to it, to 198.51.100.0/24");
    ip("route flush table 100", "route add default dev eth7 metric 7");
    assertUsed("a route leads to it, to default");
    ip("route del default dev eth7 metric 7", "-6 route add 2001:db8:1::/48 dev eth7");
    assertUsed("a route leads to it, to 2001:db8:1:0:0:0:0:0/48");
    ip(
        "-6 route del 2001:db8:1::/48",
        "route add 203.0.113.0/24 nexthop dev eth8 nexthop dev eth7");
    assertUsed("a route leads to it, to 203.0.113.0/24");
    ip("route del 203.0.113.0/24", "route add 203.0.113.0/24 dev eth8");
    assertNull(find());
  }

  @KernelTest
  void nextHopsAndNeighbours() throws Exception {
    pair();
    ip("nexthop add id 7 dev eth7");
    assertUsed("it has the nexthop id 7");
    ip("nexthop del id 7", "-6 nexthop add id 8 via fe80::7 dev eth7");
    assertUsed("it has the nexthop id 8");
    ip("nexthop del id 8", "neighbour add 192.0.2.7 lladdr 02:00:00:00:00:07 dev eth7");
    assertUsed("it has the neighbour 192.0.2.7");
    ip("neighbour del 192.0.2.7 dev eth7", "-6 neighbour add proxy 2001:db8::7 dev eth7");
    assertUsed("it has the proxy neighbour 2001:db8:0:0:0:0:0:7");
    ip("-6 neighbour del proxy 2001:db8::7 dev eth7");
    assertNull(find());
  }

  @KernelTest
  void masters() throws Exception {
    pair();
    ip("link add br0 type bridge", "link set eth7 master br0");
    assertTrue(find().words().startsWith("it is a port of link "));
    ip("link set eth7 nomaster");
    assertNull(find());
    try (RouteSocket socket = RouteSocket.open()) {
      int bridge = socket.indexOf("br0");
      assertNull(LinkUse.findLinks(socket, bridge, Set.of()));
      ip("link set eth7 master br0");
      assertEquals(
          new User("eth7 is a port of it", false), LinkUse.findLinks(socket, bridge, Set.of()));
      ip("link add vx0 type vxlan id 7 dev eth7 group 239.1.1.1 dstport 4789");
      int port = socket.indexOf(LINK);
      assertNull(
          LinkUse.findLinks(socket, bridge, Set.of(port)), "what lies on a port is no matter");
    }
  }

  @KernelTest
  void aDeviceInUseIsLeftUpAndSaidSo() throws Exception {
    pair();
    MacvtapStep.SetDownIfUnused step = new MacvtapStep.SetDownIfUnused(LINK, 0, false, List.of());
    LeftAsItIsException left =
        assertThrows(
            LeftAsItIsException.class,
            () -> LowerDevices.setDownIfUnused(step, index -> "its VF 3 is in use"));
    assertEquals("eth7 is left up: its VF 3 is in use", left.getMessage());
    assertTrue(isUp());
    assertTrue(LowerDevices.setDownIfUnused(step, index -> null));
    assertFalse(isUp());
  }

  private boolean isUp() throws Exception {
    return ip.run("-o link show dev eth7").contains(",UP");
  }
}
