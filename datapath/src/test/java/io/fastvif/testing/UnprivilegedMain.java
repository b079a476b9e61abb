package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;

/** What {@code WithoutPrivilegesTest} runs as another user: one line for each thing it finds. */
public final class UnprivilegedMain {
  private UnprivilegedMain() {}

  /** Takes the size of a buffer in bytes. */
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
