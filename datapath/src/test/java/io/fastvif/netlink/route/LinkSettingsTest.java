package io.fastvif.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netlink.route.kind.Vlan;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Changes one setting of a link after the other, and has {@code ip} read it. */
class LinkSettingsTest {
  private final Peer ip = Peer.require("ip", "iproute2");

  @KernelTest
  void aLinkIsRenamed() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      int index = makeVeth(route);
      route.execute(route.link().set(index).name("rep0"));
      assertEquals(index, route.indexOf("rep0"));
      assertEquals(0, route.indexOf("v0"));
      assertShows(index, true, "\"ifname\":\"rep0\"");
      NetlinkException taken =
          assertThrows(
              NetlinkException.class, () -> route.execute(route.link().set(index).name("v1")));
      assertEquals(Errno.EEXIST, taken.errno());
    }
  }

  @KernelTest
  void alternativeNamesComeAndGo() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      int index = makeVeth(route);
      route.execute(
          route
              .link()
              .addAltname(index)
              .alternativeName("a-long-alternative-name")
              .alternativeName("short"));
      assertShows(index, true, "\"altnames\":[\"a-long-alternative-name\",\"short\"]");
      assertEquals(index, route.indexOf("short"));
      route.execute(route.link().deleteAltname(index).alternativeName("a-long-alternative-name"));
      assertShows(index, true, "\"altnames\":[\"short\"]");
      assertEquals(0, route.indexOf("a-long-alternative-name"));
    }
  }

  @KernelTest
  void aliasGroupAndModeChange() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      int index = makeVeth(route);
      route.execute(route.link().set(index).alias("fastvif:1").group(77));
      assertShows(index, true, "\"ifalias\":\"fastvif:1\"", "\"group\":\"77\"");
      route.execute(route.link().set(index).alias("").group(0));
      assertShows(index, false, "ifalias");
      assertShows(index, true, "\"group\":\"default\"");
      for (AddressGenerationMode mode :
          new AddressGenerationMode[] {
            AddressGenerationMode.NONE, AddressGenerationMode.RANDOM, AddressGenerationMode.EUI64
          }) {
        route.execute(route.link().set(index).addressGenerationMode(mode));
        String name = mode.name().toLowerCase(Locale.ROOT);
        assertShows(index, true, "\"inet6_addr_gen_mode\":\"" + name + "\"");
      }
    }
  }

  /** The numbers are this project's own copy: each must set the option that it is named after. */
  @KernelTest
  void ipv4Options() throws Exception {
    Map<String, Integer> options =
        Map.of(
            "forwarding", InetConf.FORWARDING,
            "arp_filter", InetConf.ARP_FILTER,
            "arp_announce", InetConf.ARP_ANNOUNCE,
            "arp_ignore", InetConf.ARP_IGNORE,
            "arp_accept", InetConf.ARP_ACCEPT,
            "proxy_arp", InetConf.PROXY_ARP,
            "rp_filter", InetConf.REVERSE_PATH_FILTER);
    try (RouteSocket route = RouteSocket.open()) {
      int index = makeVeth(route);
      for (Map.Entry<String, Integer> option : options.entrySet()) {
        Path file = Path.of("/proc/sys/net/ipv4/conf/v0", option.getKey());
        for (int value : new int[] {1, 0}) {
          route.execute(route.link().set(index).inetConf(option.getValue(), value));
          assertEquals(Integer.toString(value), Files.readString(file).trim(), option.getKey());
        }
      }
    }
  }

  @KernelTest
  void promiscuityComesAndGoes() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      int index = makeVeth(route);
      route.execute(route.link().set(index).promiscuous(true));
      assertShows(index, true, "\"PROMISC\"", "\"promiscuity\":1");
      route.execute(route.link().set(index).promiscuous(false));
      assertShows(index, false, "\"PROMISC\"");
      assertShows(index, true, "\"promiscuity\":0");
    }
  }

  /** Where the kernel has no 802.1Q, the error says what is missing. */
  @KernelTest
  void vlan() throws Exception {
    try (RouteSocket route = RouteSocket.open()) {
      int lower = makeVeth(route);
      try {
        route.execute(route.link().create("v0.7").lowerLink(lower).kind(new Vlan().id(7)));
      } catch (NetlinkException e) {
        assertEquals(Errno.EOPNOTSUPP, e.errno());
        assertEquals("Unknown device type", e.kernelMessage());
        assertEquals("RTM_NEWLINK v0.7", e.request());
        assertEquals(0, route.indexOf("v0.7"));
        return;
      }
      assertShows(route.indexOf("v0.7"), true, "\"protocol\":\"802.1Q\"", "\"id\":7");
    }
  }

  private static int makeVeth(RouteSocket route) {
    route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
    return route.indexOf("v0");
  }

  private void assertShows(int index, boolean expected, String... parts) throws Exception {
    String all = ip.run("-j -d link show");
    int start = all.indexOf("{\"ifindex\":" + index + ",");
    assertTrue(start >= 0, all);
    int next = all.indexOf("{\"ifindex\":", start + 1);
    String shown = all.substring(start, next < 0 ? all.length() : next);
    for (String part : parts) {
      assertEquals(expected, shown.contains(part), part + " in " + shown);
    }
  }
}
