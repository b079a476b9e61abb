package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The host that the agent works on: a private namespace with bridges, each with somebody's port,
 * and an Open vSwitch where it is installed.
 */
final class AgentHost implements AutoCloseable {
  private static final String FOREIGN = "foreign";
  private static final int FOREIGN_MTU = 1300;

  private final OvsSwitch ovs;
  private final Netns namespace;
  private final RouteSocket socket;
  private final Map<String, Links.Link> others = new TreeMap<>();

  /**
   * @param folder for Open vSwitch's files
   */
  AgentHost(Path folder) throws IOException {
    ovs = OvsSwitch.missing().isEmpty() ? new OvsSwitch(folder) : null;
    namespace = ovs == null ? Netns.createPrivate() : ovs.namespace();
    socket = namespace.call(RouteSocket::open);
    for (String bridge : AgentVif.BRIDGES) {
      socket.execute(
          socket
              .link()
              .create(bridge)
              .kind(new Bridge().forwardDelay(0).multicastSnooping(false))
              .address(0x020000000010L + AgentVif.BRIDGES.indexOf(bridge)));
      socket.execute(socket.link().set(bridge).up());
      int index = socket.indexOf(bridge);
      String port = FOREIGN + index;
      socket.execute(socket.link().create(port).kind(new Veth().peerName("far" + index)));
      socket.execute(socket.link().set(port).alias("somebody's").mtu(FOREIGN_MTU).master(index));
      socket.execute(socket.link().set(port).up());
      socket.execute(socket.link().set("far" + index).up());
    }
    links().all().forEach(link -> others.put(link.name(), link));
  }

  Netns namespace() {
    return namespace;
  }

  /** A socket of one's own, for one thread. */
  RouteSocket open() {
    return namespace.call(RouteSocket::open);
  }

  /** Null where it is not installed. */
  OvsSwitch ovs() {
    return ovs;
  }

  Links links() {
    return Links.read(socket);
  }

  /** The ports of Open vSwitch's bridge; none without it. */
  Set<String> ports() throws IOException {
    return ovs == null ? Set.of() : new TreeSet<>(ovs.ports());
  }

  /** What was there before the agent, and must stay as it was. */
  Map<String, Links.Link> others() {
    return others;
  }

  @Override
  public void close() {
    socket.close();
    if (ovs == null) {
      namespace.close();
    } else {
      ovs.close();
    }
  }
}
