package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A VIF that is not wholly as it should be is found. */
class PrivateHostTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final int PAIRS = 2;

  @BeforeEach
  void root() {
    Root.require();
  }

  private static String problemAfter(String link, UnaryOperator<LinkRequest> change)
      throws IOException {
    List<BenchVif> vifs = Workload.VETH.vifs(PAIRS);
    List<BenchVif> plugged = vifs.subList(0, PAIRS);
    try (PrivateHost host = new PrivateHost()) {
      host.makeBridges(BenchVif.bridges(plugged));
      try (MeasuredSystem.Session session =
          new FastvifSystem("veth").open(host.namespace(), vifs, LIMITS)) {
        session.plug(0, PAIRS);
        host.checkPlugged(Workload.VETH, plugged);
      }
      try (RouteSocket route = host.namespace().call(RouteSocket::open)) {
        int index = route.indexOf(link);
        assertTrue(index > 0, link);
        route.execute(change.apply(route.link().set(index)));
      }
      return assertThrows(
              IOException.class, () -> host.checkPlugged(Workload.VETH, plugged), "not found")
          .getMessage();
    }
  }

  @Test
  void everyPropertyOfAPlugIsChecked() throws IOException {
    String host = "tap00000001-00";
    String guest = "gst00000001-00";
    assertEquals(
        "wrong result: " + host + " is no veth that is up", problemAfter(host, LinkRequest::down));
    assertEquals(
        "wrong result: " + guest + " is no veth that is up",
        problemAfter(guest, LinkRequest::down));
    assertTrue(problemAfter(host, link -> link.master(0)).contains(host + " has master 0, not "));
    assertTrue(problemAfter(guest, link -> link.mtu(1400)).contains(guest + " has MTU 1400"));
    assertTrue(
        problemAfter(guest, link -> link.address(0x020000000001L))
            .contains(guest + " has another address"));
    assertEquals(
        "wrong result: br-bench0 is no bridge that is up",
        problemAfter("br-bench0", LinkRequest::down));
  }

  @Test
  void whatIsTooMuchIsFound() throws IOException {
    List<BenchVif> vifs = Workload.VETH.vifs(PAIRS);
    try (PrivateHost host = new PrivateHost()) {
      host.makeBridges(List.of("br-bench0"));
      try (MeasuredSystem.Session session =
          new FastvifSystem("veth").open(host.namespace(), vifs, LIMITS)) {
        session.plug(0, PAIRS);
      }
      IOException more =
          assertThrows(
              IOException.class, () -> host.checkPlugged(Workload.VETH, vifs.subList(0, 1)));
      assertEquals("wrong result: 5 links where there should be 3", more.getMessage());
      IOException left =
          assertThrows(IOException.class, () -> host.checkUnplugged(List.of("br-bench0")));
      assertEquals("wrong result: 4 links are left", left.getMessage());
    }
  }
}
