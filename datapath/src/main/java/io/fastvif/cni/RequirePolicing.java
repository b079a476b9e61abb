package io.fastvif.cni;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.PluginStep;
import java.io.IOException;

/**
 * Looks whether ovs-vswitchd has limited what it gets by a link, which it tells in its log only.
 * Equivalent to {@code tc filter show dev PORT ingress}.
 */
record RequirePolicing(String port) implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(port)) {
      if (!isThere(link.index())) {
        throw new IOException(
            "ovs-vswitchd has not limited what it gets by "
                + port
                + ", and its log says why: bandwidth takes a kernel with CONFIG_NET_ACT_POLICE and"
                + " CONFIG_NET_CLS_BASIC, or CONFIG_NET_CLS_MATCHALL");
      }
    }
    return false;
  }

  /** Whether a link that ovs-vswitchd has alone has a filter of what it receives. */
  static boolean isThere(int index) {
    boolean[] isThere = new boolean[1];
    try (RouteSocket socket = RouteSocket.open()) {
      socket.dump(socket.filter().dump(index), message -> isThere[0] = true);
    }
    return isThere[0];
  }

  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "look whether Open vSwitch limits " + port;
  }
}
