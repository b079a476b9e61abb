package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;

/** A NIC's address and route move to the bridge that it becomes a port of. */
class MovingAddressesTest {
  private static final byte[] ADDRESS = {(byte) 192, 0, 2, 1};
  private static final byte[] GATEWAY = {(byte) 192, 0, 2, (byte) 254};
  private static final byte[] NETWORK = {(byte) 203, 0, 113, 0};

  private final Peer ip = Peer.require("ip", "iproute2");

  @KernelTest
  void addressAndRouteMove() throws Exception {
    try (RouteSocket route = RouteSocket.open();
        RouteSocket other = RouteSocket.open()) {
      route.execute(route.link().create("nic").kind(new Veth().peerName("far")));
      route.execute(route.link().create("br0").kind(new Bridge()));
      int nic = route.indexOf("nic");
      int bridge = route.indexOf("br0");
      for (String name : new String[] {"nic", "far", "br0"}) {
        route.execute(route.link().set(name).up());
      }
      route.execute(route.address().add(nic, ADDRESS, 24));
      route.execute(
          route
              .route()
              .add(AF_INET, NETWORK, 24)
              .gateway(GATEWAY)
              .outputInterface(nic)
              .priority(100)
              .mtu(1300));
      assertTrue(ip.run("route show dev nic").contains("203.0.113.0/24 via 192.0.2.254"));

      RouteMessage message = new RouteMessage();
      int[] moved = new int[1];
      route.dump(
          route.route().dump(AF_INET).outputInterface(nic),
          decoder -> {
            if (message.wrap(decoder).hasGateway()) {
              moved[0]++;
              other.execute(other.route().deleteCopy(message));
              other.execute(other.address().delete(nic, ADDRESS, 24));
              other.execute(other.address().add(bridge, ADDRESS, 24));
              other.execute(other.route().addCopy(message, bridge));
            }
          });
      assertEquals(1, moved[0]);
      assertEquals("", ip.run("-4 route show dev nic"));
      String shown = ip.run("-4 route show dev br0");
      assertTrue(shown.contains("203.0.113.0/24 via 192.0.2.254 metric 100 mtu 1300"), shown);
      assertTrue(ip.run("-4 address show dev br0").contains("192.0.2.1/24"));
      assertEquals("", ip.run("-4 address show dev nic"));
    }
  }
}
