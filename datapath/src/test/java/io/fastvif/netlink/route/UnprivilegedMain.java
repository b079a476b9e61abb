package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.kind.Veth;

/** What {@link WithoutPrivilegesTest} runs as another user: one line for each thing it finds. */
final class UnprivilegedMain {
  private UnprivilegedMain() {}

  public static void main(String[] arguments) {
    int bufferSize = Integer.parseInt(arguments[0]);
    try (NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE, bufferSize)) {
      System.out.println("send buffer: " + socket.sendBufferSize());
      System.out.println("receive buffer: " + socket.receiveBufferSize());
    }
    try (RouteSocket route = RouteSocket.open()) {
      LinkMessage link = new LinkMessage();
      route.dump(
          route.link().dump(true),
          message -> System.out.println("link: " + link.wrap(message).name()));
      System.out.println("index of lo: " + route.indexOf("lo"));
      try {
        route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      } catch (NetlinkException e) {
        System.out.println("errno: " + e.errno());
        System.out.println("message: " + e.getMessage());
      }
    }
  }
}
