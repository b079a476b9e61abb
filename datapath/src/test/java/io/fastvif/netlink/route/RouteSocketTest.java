package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.RequestSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Ifb;
import io.fastvif.netlink.route.kind.Macvlan;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netlink.route.kind.Macvtap;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.HashSet;
import java.util.Set;

/** Makes, changes and deletes links in the kernel, and has {@code ip} read them back. */
class RouteSocketTest {
  /** More links than one recvmmsg takes, or the dump is over before its first message is told. */
  private static final int PAIRS = 700;

  private final Peer ip = Peer.require("ip", "iproute2");

  @KernelTest
  void everyKindIsReadBackByIp() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      route.execute(
          route.link().create("v0").mtu(1400).kind(new Veth().peerName("v1").peerMtu(1450)));
      int lower = route.indexOf("v1");
      route.execute(
          route.link().create("br0").kind(new Bridge().ageingTime(500).multicastSnooping(false)));
      route.execute(
          route.link().create("mv0").lowerLink(lower).kind(new Macvlan().mode(MacvlanMode.BRIDGE)));
      route.execute(
          route.link().create("mt0").lowerLink(lower).kind(new Macvtap().mode(MacvlanMode.BRIDGE)));
      route.execute(route.link().create("i0").kind(new Ifb()));
    }
    assertShows("v0", "\"info_kind\":\"veth\"", "\"mtu\":1400", "\"link\":\"v1\"");
    assertShows("v1", "\"mtu\":1450");
    assertShows("br0", "\"info_kind\":\"bridge\"", "\"ageing_time\":500", "\"mcast_snooping\":0");
    assertShows("mv0", "\"info_kind\":\"macvlan\"", "\"mode\":\"bridge\"");
    assertShows("mt0", "\"info_kind\":\"macvtap\"");
    assertShows("i0", "\"info_kind\":\"ifb\"");
  }

  @KernelTest
  void settingsAreReadBackByIp() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      route.execute(route.link().create("br0").kind(new Bridge()));
      int index = route.indexOf("v0");
      int bridge = route.indexOf("br0");
      route.execute(
          route
              .link()
              .set(index)
              .name("rep0")
              .address(0x02000000000aL)
              .alias("fastvif:1")
              .group(77)
              .master(bridge)
              .promiscuous(true)
              .addressGenerationMode(AddressGenerationMode.NONE)
              .inetConf(InetConf.ARP_IGNORE, 2)
              .up());
      route.execute(route.link().addAltname(index).alternativeName("a-long-alternative-name"));
      assertEquals(index, route.indexOf("a-long-alternative-name"));
      LinkMessage link = new LinkMessage();
      route.query(
          route.link().get(index),
          message -> {
            link.wrap(message);
            assertEquals(2, link.inetConf(InetConf.ARP_IGNORE, -1));
            assertEquals(bridge, link.master());
            assertTrue(link.isUp());
          });
    }
    assertShows(
        "rep0",
        "02:00:00:00:00:0a",
        "\"ifalias\":\"fastvif:1\"",
        "\"group\":\"77\"",
        "\"master\":\"br0\"",
        "\"PROMISC\"",
        "\"UP\"",
        "\"inet6_addr_gen_mode\":\"none\"",
        "a-long-alternative-name");
  }

  /** Of no kernel. */
  private static final class NoKind implements LinkKind {
    @Override
    public String name() {
      return "fastvif-none";
    }

    @Override
    public void encode(MessageEncoder encoder) {
      // The kind has no options.
    }
  }

  @KernelTest
  void errorsCarryTheKernelsText() {
    try (RouteSocket route = RouteSocket.open()) {
      NetlinkException unknown =
          assertThrows(
              NetlinkException.class,
              () -> route.execute(route.link().create("d0").kind(new NoKind())));
      assertEquals(Errno.EOPNOTSUPP, unknown.errno());
      assertEquals("Unknown device type", unknown.kernelMessage());
      assertEquals("RTM_NEWLINK d0", unknown.request());
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      NetlinkException mtu =
          assertThrows(
              NetlinkException.class, () -> route.execute(route.link().set("v0").mtu(70000)));
      assertEquals(Errno.EINVAL, mtu.errno());
      assertNotNull(mtu.kernelMessage());
      assertTrue(mtu.getMessage().contains("EINVAL"), mtu.getMessage());
    }
  }

  @KernelTest
  void aGroupIsDeletedTogether() {
    try (RouteSocket route = RouteSocket.open()) {
      for (int i = 0; i < 5; i++) {
        route.execute(
            route.link().create("a" + i).group(i == 4 ? 8 : 7).kind(new Veth().peerName("b" + i)));
      }
      route.execute(route.link().deleteGroup(7));
      Set<String> names = names(route);
      assertEquals(Set.of("lo", "a4", "b4"), names);
    }
  }

  /** The first try is interrupted by a new link; the second one sees all of them. */
  @KernelTest
  void anInterruptedDumpBeginsAnew() {
    try (RouteSocket route = RouteSocket.open();
        RouteSocket other = RouteSocket.open()) {
      for (int i = 0; i < PAIRS; i++) {
        other.execute(other.link().create("a" + i).kind(new Veth().peerName("b" + i)));
      }
      Set<Integer> indexes = new HashSet<>();
      int[] begun = new int[1];
      route.dump(
          route.link().dump(false),
          new DumpHandler() {
            @Override
            public void onBegin() {
              indexes.clear();
              begun[0]++;
            }

            @Override
            public void onMessage(MessageDecoder message) {
              if (begun[0] == 1 && indexes.isEmpty()) {
                other.execute(other.link().create("late").kind(new Veth().peerName("later")));
              }
              indexes.add(message.getInt(InterfaceInfo.INDEX));
            }
          });
      assertEquals(2, begun[0]);
      assertEquals(1 + 2 * PAIRS + 2, indexes.size());
      int[] made = new int[1];
      assertThrows(
          DumpInterruptedException.class,
          () ->
              route.dump(
                  route.link().dump(false),
                  message -> {
                    if (message.getInt(InterfaceInfo.INDEX) == 1) {
                      String name = "n" + made[0]++;
                      other.execute(
                          other.link().create(name).kind(new Veth().peerName("p" + name)));
                    }
                  }));
    }
  }

  /** As after an answer that could not be received: the kernel refuses another dump then. */
  @KernelTest
  void aDumpThatNobodyHasReadDoesNotKeepTheNextOneFromItsEnd() {
    try (RequestSocket requests =
        RequestSocket.open(NETLINK_ROUTE, (segment, offset, length) -> "dump")) {
      LinkRequest links = new LinkRequest(requests.encoder());
      assertTrue(links.dump(false).end());
      requests.socket().send(requests.encoder());

      requests.encoder().reset();
      assertTrue(links.dump(false).end());
      Set<Integer> indexes = new HashSet<>();
      requests.dump(links.sequence(), message -> indexes.add(message.getInt(InterfaceInfo.INDEX)));
      assertEquals(Set.of(1), indexes);
    }
  }

  @KernelTest
  void aHandlerThatThrowsLeavesTheSocketUsable() {
    try (RouteSocket route = RouteSocket.open()) {
      for (int i = 0; i < PAIRS; i++) {
        route.execute(route.link().create("a" + i).kind(new Veth().peerName("b" + i)));
      }
      assertThrows(
          IllegalStateException.class,
          () ->
              route.dump(
                  route.link().dump(false),
                  message -> {
                    throw new IllegalStateException("the handler's own");
                  }));
      assertEquals(1 + 2 * PAIRS, names(route).size());
    }
  }

  @KernelTest
  void anotherSocketMayAskWhileTheAnswerOfOneIsHandedOn() {
    try (RouteSocket route = RouteSocket.open();
        RouteSocket other = RouteSocket.open()) {
      for (int i = 0; i < PAIRS; i++) {
        route.execute(route.link().create("a" + i).kind(new Veth().peerName("b" + i)));
      }
      Set<String> names = new HashSet<>();
      LinkMessage link = new LinkMessage();
      route.dump(
          route.link().dump(false),
          message -> {
            assertEquals(1, other.indexOf("lo")); // receives into memory of its own
            names.add(link.wrap(message).name());
          });
      assertEquals(1 + 2 * PAIRS, names.size());
    }
  }

  private void assertShows(String name, String... parts) throws Exception {
    String shown = ip.run("-j -d link show dev " + name);
    for (String part : parts) {
      assertTrue(shown.contains(part), part + " is not in " + shown);
    }
  }

  private static Set<String> names(RouteSocket route) {
    Set<String> names = new HashSet<>();
    LinkMessage link = new LinkMessage();
    route.dump(route.link().dump(false), message -> names.add(link.wrap(message).name()));
    return names;
  }
}
