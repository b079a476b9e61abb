package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.RT_TABLE_MAIN;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.RouteState;
import java.net.Inet4Address;

/** The routes of the main table that leave by a link. */
public final class LinkRoutes {
  private LinkRoutes() {}

  /** Whether a route to that destination leaves by the link of that index. */
  public static boolean has(RouteSocket socket, int link, RouteState wanted) {
    int family = wanted.destination() instanceof Inet4Address ? AF_INET : AF_INET6;
    HostStates states = new HostStates();
    boolean[] found = {false};
    try {
      socket.dump(
          socket.route().dump(family).table(RT_TABLE_MAIN).outputInterface(link),
          message -> {
            boolean isOn = states.route(message).outputInterface() == link;
            if (isOn && states.isKept()) {
              RouteState route = states.routeState();
              found[0] |=
                  route.prefixLength() == wanted.prefixLength()
                      && route.destination().equals(wanted.destination());
            }
          });
    } catch (NetlinkException refused) {
      // The link may be gone; the main table is made with its first route.
      if (refused.errno() != Errno.ENODEV && refused.errno() != Errno.ENOENT) {
        throw refused;
      }
    }
    return found[0];
  }
}
