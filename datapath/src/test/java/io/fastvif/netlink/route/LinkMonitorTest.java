package io.fastvif.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import java.util.Map;
import java.util.TreeMap;

class LinkMonitorTest {
  private static final int TINY_BUFFER = 8 * 1024;

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
  void aLossIsMadeGoodByReadingAgain() {
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

    @Override
    public void onResyncBegin() {
      links.clear();
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
  }
}
