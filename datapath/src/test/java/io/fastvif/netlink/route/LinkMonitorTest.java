package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.IFA_F_NODAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

class LinkMonitorTest {
  private static final int LOOPBACK = 1;
  private static final int TINY_BUFFER = 8 * 1024;
  private static final int BUFFER = 256 * 1024;
  private static final byte[] NEAR = {(byte) 192, 0, 2, 1};
  private static final byte[] FAR = {(byte) 192, 0, 2, 2};
  private static final byte[] NETWORK = {(byte) 203, 0, 113, 0};
  private static final byte[] NEAR_IPV6 =
      HexFormat.of().parseHex("20010db8000000000000000000000005");

  @KernelTest
  void followsLinks() {
    Snapshot snapshot = new Snapshot();
    try (RouteSocket route = RouteSocket.open();
        LinkMonitor monitor = LinkMonitor.open(snapshot)) {
      monitor.poll(0);
      assertEquals(1, snapshot.links.size());
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      drain(monitor);
      assertTrue(snapshot.links.containsValue("v0"));
      route.execute(route.link().delete("v0"));
      drain(monitor);
      assertEquals(Map.of(1, "lo"), snapshot.links);
      assertEquals(1, monitor.resyncs());
    }
  }

  @KernelTest
  void recoversFromLostEventsByReadingAgain() {
    Snapshot snapshot = new Snapshot();
    try (RouteSocket route = RouteSocket.open();
        LinkMonitor monitor = LinkMonitor.open(snapshot, false, false, TINY_BUFFER)) {
      monitor.poll(0);
      for (int i = 0; i < 60; i++) {
        route.execute(route.link().create("a" + i).group(9).kind(new Veth().peerName("b" + i)));
      }
      route.execute(route.link().set("a59").group(0));
      route.execute(route.link().deleteGroup(9));
      drain(monitor);
      assertTrue(monitor.resyncs() > 1, "no event was lost");
      assertEquals(dump(route), snapshot.links);
      assertEquals(3, snapshot.links.size());
    }
  }

  @KernelTest
  void followsAddressesAndRoutes() {
    Snapshot snapshot = new Snapshot();
    try (RouteSocket route = RouteSocket.open();
        LinkMonitor monitor = LinkMonitor.open(snapshot, true, true, BUFFER)) {
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      int index = route.indexOf("v0");
      route.execute(route.link().set(index).addressGenerationMode(AddressGenerationMode.NONE).up());
      int peer = route.indexOf("v1");
      // Before it comes up: it has carrier then, and would get its address at once.
      route.execute(route.link().set(peer).addressGenerationMode(AddressGenerationMode.NONE));
      route.execute(route.link().set(peer).up());
      route.execute(route.address().add(index, NEAR, 24));
      // The first reading tells what was there before.
      monitor.poll(0);
      assertEquals(Set.of("192.0.2.1/24 on " + index), snapshot.addresses);
      assertTrue(snapshot.routes.contains("192.0.2.0/24"), snapshot.routes.toString());

      route.execute(route.address().add(index, NEAR_IPV6, 64).flags(IFA_F_NODAD));
      route.execute(route.route().add(AF_INET, NETWORK, 24).gateway(FAR).outputInterface(index));
      // The kernel tells of an IPv6 address from a work queue.
      String added = "2001:db8:0:0:0:0:0:5/64 on " + index;
      await(monitor, () -> snapshot.addresses.contains(added));
      await(monitor, () -> snapshot.routes.contains("203.0.113.0/24"));

      route.execute(route.route().delete(AF_INET, NETWORK, 24));
      route.execute(route.address().delete(index, NEAR_IPV6, 64));
      route.execute(route.address().delete(index, NEAR, 24));
      await(monitor, snapshot.addresses::isEmpty);
      await(monitor, () -> !snapshot.routes.contains("203.0.113.0/24"));
      await(monitor, () -> !snapshot.routes.contains("192.0.2.0/24"));
      assertEquals(1, monitor.resyncs());
    }
  }

  /** Reads events until what is awaited is there, for at most ten seconds. */
  private static void await(LinkMonitor monitor, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "no such event in ten seconds");
      monitor.poll(100);
    }
  }

  private static void drain(LinkMonitor monitor) {
    for (int i = 0; i < 10_000 && monitor.poll(0); i++) {
      assertTrue(i < 9_999, "events without end");
    }
  }

  private static Map<Integer, String> dump(RouteSocket route) {
    Map<Integer, String> links = new TreeMap<>();
    LinkMessage link = new LinkMessage();
    route.dump(
        route.link().dump(false), message -> links.put(link.wrap(message).index(), link.name()));
    return links;
  }

  private static final class Snapshot implements LinkListener {
    private final Map<Integer, String> links = new TreeMap<>();
    private final Set<String> addresses = new TreeSet<>();
    private final Set<String> routes = new TreeSet<>();

    @Override
    public void onResyncBegin() {
      links.clear();
      addresses.clear();
      routes.clear();
    }

    @Override
    public void onResyncEnd() {
      assertTrue(links.containsKey(1), "the loopback is always there");
    }

    @Override
    public void onLink(LinkMessage link) {
      links.put(link.index(), link.name());
    }

    @Override
    public void onLinkRemoved(LinkMessage link) {
      links.remove(link.index());
    }

    @Override
    public void onAddress(AddressMessage address) {
      String text =
          InternetAddress.format(address.local())
              + "/"
              + address.prefixLength()
              + " on "
              + address.index();
      if (address.index() != LOOPBACK) {
        change(addresses, text, address.isRemoved());
      }
    }

    @Override
    public void onRoute(RouteMessage route) {
      if (route.destination() != null) {
        String text = InternetAddress.format(route.destination()) + "/" + route.destinationLength();
        change(routes, text, route.isRemoved());
      }
    }

    private static void change(Set<String> known, String text, boolean removed) {
      if (removed) {
        known.remove(text);
      } else {
        known.add(text);
      }
    }
  }
}
