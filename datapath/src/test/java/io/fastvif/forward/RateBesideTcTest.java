package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.Tbf;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Locale;

/**
 * What a guest gets of a flood of UDP through a tap: limited by the kernel's token bucket on the
 * tap (tc's tbf), and by the port. Whatever the machine's speed, neither lets more pass than the
 * rate has allowed; {@code -Dfastvif.rate-millis=2000} prints how much less.
 */
class RateBesideTcTest {
  private static final long MILLIS = Long.getLong("fastvif.rate-millis", 200);
  private static final boolean PRINTED = System.getProperty("fastvif.rate-millis") != null;
  private static final long[] RATES =
      PRINTED ? new long[] {125_000, 1_250_000, 5_000_000} : new long[] {1_250_000};
  private static final int ROUNDS = PRINTED ? 5 : 1;
  private static final long BURST = 64 << 10;
  private static final long LATENCY_MICROS = 25_000;
  private static final int PAYLOAD = 1458;
  private static final int FRAME = PAYLOAD + 42;
  private static final int FLOW_TO_GUEST = 1;
  private static final int BUFFER = 2048;
  private static final InetSocketAddress GUEST = new InetSocketAddress("10.0.0.2", 7000);

  /** Bytes that passed, and the nanoseconds in which they did. */
  private record Sample(long bytes, long nanos) {
    /** Of what the rate has allowed beside the burst. */
    double share(long rate) {
      return (bytes - BURST) / (rate * (nanos / 1e9));
    }
  }

  @KernelTest
  void neitherPassesMoreThanItsRate() throws Exception {
    for (long rate : RATES) {
      for (int i = 0; i < ROUNDS; i++) {
        Sample tc = measure(rate, true);
        Sample port = measure(rate, false);
        for (Sample sample : new Sample[] {tc, port}) {
          double allowed = rate * (sample.nanos / 1e9) + BURST + FRAME;
          assertTrue(sample.bytes <= allowed, sample + " of a rate of " + rate);
          assertTrue(sample.bytes > 0, "nothing passed");
        }
        if (PRINTED) {
          System.out.printf(
              Locale.ROOT,
              "rate %d bytes/s: tbf %.4f of it, port %.4f%n",
              rate,
              tc.share(rate),
              port.share(rate));
        }
      }
    }
  }

  private static Sample measure(long rate, boolean byTc) throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, VirtioFeatures.VERSION_1, BUFFER, 1);
        DatagramChannel socket = DatagramChannel.open();
        RouteSocket route = RouteSocket.open()) {
      Peer ip = Peer.require("ip", "iproute2");
      ip.run("link set tap0 addrgenmode none");
      ip.run("link set tap0 up");
      ip.run("addr add 10.0.0.1/24 dev tap0");
      ip.run("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      socket.configureBlocking(false);
      long begin = System.nanoTime();
      if (byTc) {
        route.execute(
            route.qdisc().replaceRoot(route.indexOf("tap0"), Tbf.of(rate, BURST, LATENCY_MICROS)));
      } else {
        guest.limit(new PortRates(new RateLimit(rate, 0, BURST), null));
      }
      forwarder.connect(guest, tap);
      long end = begin + MILLIS * 1_000_000;
      ByteBuffer payload = ByteBuffer.allocate(PAYLOAD);
      while (System.nanoTime() < end) {
        flood(socket, payload);
        while (vm.poll() != null) {
          // What has come makes room for more.
        }
      }
      FlowStatistics flow = forwarder.statistics().flows().get(FLOW_TO_GUEST);
      assertNull(forwarder.failure());
      return new Sample(flow.bytes(), System.nanoTime() - begin);
    }
  }

  private static void flood(DatagramChannel socket, ByteBuffer payload) throws IOException {
    int sent = 1;
    for (int i = 0; i < 16 && sent > 0; i++) {
      payload.clear();
      sent = socket.send(payload, GUEST);
    }
  }
}
