package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.LinkState;
import io.fastvif.switchdev.pool.DeviceLeases;
import io.fastvif.testing.KernelTest;

/** What the engine does without an event is in the next snapshot. */
class MonitoredTransportTest {
  private static LinkState link(Transport transport) {
    return transport.snapshot().link("v0").orElseThrow();
  }

  @KernelTest
  void anAliasOfALinkThatIsDown() {
    try (RouteSocket route = RouteSocket.open();
        Transport transport =
            MonitoredTransport.factory(KernelTransport.factory(DeviceLeases.FOLDER)).open()) {
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      int index = link(transport).index();
      LinkRequest request = new LinkRequest(transport.encoder());
      transport.encoder().reset();
      assertTrue(request.set(index).alias("silent").end());
      transport.exchange(
          (sequence, errno, message) -> {
            assertEquals(0, errno);
            // Here already the caller may be told, and plan the next.
            assertEquals("silent", link(transport).alias());
          });
      assertEquals("silent", link(transport).alias());
    }
  }

  @KernelTest
  void ipv6SwitchedOffOnALinkThatIsUp() {
    try (RouteSocket route = RouteSocket.open();
        Transport transport =
            MonitoredTransport.factory(KernelTransport.factory(DeviceLeases.FOLDER)).open()) {
      route.execute(route.link().create("v0").kind(new Veth().peerName("v1")));
      route.execute(route.link().set(route.indexOf("v0")).up());
      assertFalse(link(transport).ipv6Disabled());
      assertEquals(0, transport.disableIpv6("v0", true));
      assertTrue(link(transport).ipv6Disabled());
    }
  }
}
