package io.fastvif.benchmarks.compare;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A private namespace with the VIFs' bridges, and a look at it that is independent of whoever works
 * there. Needs root.
 */
final class PrivateHost implements AutoCloseable {
  private static final int CLEARING_GROUP = 0x7fff_0001;

  private final Netns namespace = Netns.createPrivate();
  private final RouteSocket route = namespace.call(RouteSocket::open);

  /** A link as it is. */
  private record Link(int index, String kind, int mtu, long address, int master, boolean up) {}

  Netns namespace() {
    return namespace;
  }

  /** Makes bridges, as fastvif and os-vif do, and brings them up. */
  void makeBridges(List<String> names) {
    for (String name : names) {
      Bridge bridge = new Bridge().forwardDelay(0).spanningTree(false).multicastSnooping(false);
      route.execute(route.link().create(name).kind(bridge));
      namespace.call(() -> disableIpv6(name));
      route.execute(route.link().set(name).up());
    }
  }

  private static Void disableIpv6(String name) throws IOException {
    Path setting = Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
    if (Files.exists(setting)) {
      Files.writeString(setting, "1");
    }
    return null;
  }

  /** Removes a bridge if it is there. */
  void removeBridge(String name) {
    int index = route.indexOf(name);
    if (index != 0) {
      route.execute(route.link().delete(index));
    }
  }

  /**
   * Checks that exactly these VIFs are plugged: their links, bridges and nothing else.
   *
   * @throws IOException what is not as it should be
   */
  void checkPlugged(Workload workload, List<BenchVif> vifs) throws IOException {
    Map<String, Link> links = links();
    List<String> bridges = BenchVif.bridges(vifs);
    for (String name : bridges) {
      require(isUp(links, name, "bridge"), name + " is no bridge that is up");
    }
    int expected = bridges.size();
    if (workload.hasPorts()) {
      for (BenchVif vif : vifs) {
        int bridge = links.get(vif.bridge()).index();
        checkEnd(links, vif.host(), vif.hostAddress().value(), bridge);
        checkEnd(links, vif.guest(), vif.guestAddress().value(), 0);
      }
      expected += 2 * vifs.size();
    }
    require(links.size() == expected, links.size() + " links where there should be " + expected);
  }

  private static void checkEnd(Map<String, Link> links, String name, long address, int master)
      throws IOException {
    require(isUp(links, name, "veth"), name + " is no veth that is up");
    Link link = links.get(name);
    require(link.master() == master, name + " has master " + link.master() + ", not " + master);
    require(link.address() == address, name + " has another address than it should");
    require(link.mtu() == BenchVif.MTU, name + " has MTU " + link.mtu());
  }

  /** Checks that nothing but these bridges is there. */
  void checkUnplugged(List<String> bridges) throws IOException {
    Map<String, Link> links = links();
    links.keySet().removeAll(bridges);
    require(links.isEmpty(), links.size() + " links are left");
  }

  private static boolean isUp(Map<String, Link> links, String name, String kind) {
    Link link = links.get(name);
    return link != null && link.up() && link.kind().equals(kind);
  }

  private static void require(boolean fulfilled, String otherwise) throws IOException {
    if (!fulfilled) {
      throw new IOException("wrong result: " + otherwise);
    }
  }

  /** All links but the loopback by their names. */
  private Map<String, Link> links() {
    Map<String, Link> links = new HashMap<>();
    LinkMessage link = new LinkMessage();
    route.dump(
        route.link().dump(false),
        message -> {
          link.wrap(message);
          if (!link.name().equals("lo")) {
            links.put(
                link.name(),
                new Link(
                    link.index(),
                    String.valueOf(link.kind()),
                    link.mtu(),
                    link.address(),
                    link.master(),
                    link.isUp()));
          }
        });
    return links;
  }

  /** Removes every link, all behind one wait, and lets go of the namespace. */
  @Override
  public void close() {
    try {
      Map<String, Link> links = links();
      for (Link link : links.values()) {
        route.execute(route.link().set(link.index()).group(CLEARING_GROUP));
      }
      if (!links.isEmpty()) {
        route.execute(route.link().deleteGroup(CLEARING_GROUP));
      }
    } finally {
      route.close();
      namespace.close();
    }
  }
}
