package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Ports with rates. The clock is driven by hand, so bytes are counted, and no time is measured. */
class PortRateTest {
  private static final long FEATURES = VirtioFeatures.VERSION_1;
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long MILLI = 1_000_000;
  private static final int FRAME = 1_000;
  private static final int BUFFER = 2048;

  private final AtomicLong now = new AtomicLong(7);

  private VhostUserPort port(String name, long features) {
    return new VhostUserPort(name, 1, features, now::get);
  }

  /** A kilobyte a millisecond, of which some frames may pass at once. */
  private static RateLimit limit(int burstFrames) {
    return new RateLimit(1_000_000, 0, (long) burstFrames * FRAME);
  }

  private static PortRates toGuest(RateLimit limit) {
    return new PortRates(limit, null);
  }

  private static PortRates fromGuest(RateLimit limit) {
    return new PortRates(null, limit);
  }

  private static byte[] frame(int i) {
    byte[] frame = new byte[FRAME];
    frame[FRAME - 1] = (byte) i;
    return frame;
  }

  private static long frames(Forwarder forwarder, int flow) {
    return forwarder.statistics().flows().get(flow).frames();
  }

  private static Map<DropReason, Long> drops(Forwarder forwarder, int flow) {
    return forwarder.statistics().flows().get(flow).drops();
  }

  private static void awaitFrames(Forwarder forwarder, int flow, long count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (frames(forwarder, flow) < count && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals(count, frames(forwarder, flow));
  }

  /** Has the loop go round, so that all has passed that may. */
  private static void awaitRounds(PortPair pair) throws Exception {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Void> round = new CompletableFuture<>();
      pair.lanes().getFirst().loop().execute(() -> round.complete(null));
      round.get(60, TimeUnit.SECONDS);
    }
  }

  private static void receive(TestVm vm, int first, int end) {
    for (int i = first; i < end; i++) {
      assertArrayEquals(frame(i), vm.receive());
    }
    assertNull(vm.poll());
  }

  @Test
  void whatAGuestSendsBeyondItsRateWaitsInItsRing() throws Exception {
    VhostUserPort portA = port("a", NetFeatures.BASE);
    VhostUserPort portB = port("b", NetFeatures.BASE);
    portA.limit(fromGuest(limit(5)));
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, FEATURES, BUFFER, 1);
        TestVm b = new TestVm(portB, FEATURES, BUFFER, 1)) {
      PortPair pair = forwarder.connect(portA, portB);
      for (int i = 0; i < 20; i++) {
        a.send(frame(i));
      }
      awaitFrames(forwarder, 0, 5);
      awaitRounds(pair);
      receive(b, 0, 5);
      // The other direction is not limited.
      for (int i = 0; i < 20; i++) {
        b.send(frame(i));
        assertArrayEquals(frame(i), a.receive());
      }
      // One token lets a frame pass, whose debt is paid before the next.
      now.addAndGet(MILLI / 1_000);
      awaitFrames(forwarder, 0, 6);
      now.addAndGet(MILLI - MILLI / 1_000);
      awaitRounds(pair);
      receive(b, 5, 6);
      now.addAndGet(2 * MILLI);
      awaitFrames(forwarder, 0, 8);
      receive(b, 6, 8);
      // No more than the burst has gathered after a pause.
      now.addAndGet(1_000 * MILLI);
      awaitFrames(forwarder, 0, 13);
      awaitRounds(pair);
      receive(b, 8, 13);
      portA.limit(PortRates.UNLIMITED);
      awaitFrames(forwarder, 0, 20);
      receive(b, 13, 20);
      assertEquals(Map.of(), drops(forwarder, 0));
      assertNull(forwarder.failure());
    }
  }

  @Test
  void whatAGuestGetsBeyondItsRateWaitsBrieflyAndIsDropped() throws Exception {
    VhostUserPort portA = port("a", NetFeatures.BASE);
    VhostUserPort portB = port("b", NetFeatures.BASE);
    portB.limit(toGuest(limit(5)));
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, FEATURES, BUFFER, 1);
        TestVm b = new TestVm(portB, FEATURES, BUFFER, 1)) {
      forwarder.connect(portA, portB);
      for (int i = 0; i < 20; i++) {
        a.send(frame(i));
      }
      // Of these the sender is rid after the patience of real time.
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (drops(forwarder, 0).getOrDefault(DropReason.OVER_RATE, 0L) < 15
          && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertEquals(Map.of(DropReason.OVER_RATE, 15L), drops(forwarder, 0));
      receive(b, 0, 5);
      now.addAndGet(10 * MILLI);
      a.send(frame(20));
      awaitFrames(forwarder, 0, 6);
      receive(b, 20, 21);
      assertNull(forwarder.failure());
    }
  }

  @Test
  void peakSpreadsABurst() throws Exception {
    VhostUserPort portA = port("a", NetFeatures.BASE);
    VhostUserPort portB = port("b", NetFeatures.BASE);
    // At once what passes at the peak in 4 ms: 8 frames, of 20 of a burst.
    portA.limit(fromGuest(new RateLimit(1_000_000, 2_000_000, 20L * FRAME)));
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, FEATURES, BUFFER, 1);
        TestVm b = new TestVm(portB, FEATURES, BUFFER, 1)) {
      PortPair pair = forwarder.connect(portA, portB);
      for (int i = 0; i < 60; i++) {
        a.send(frame(i));
      }
      awaitFrames(forwarder, 0, 8);
      awaitRounds(pair);
      receive(b, 0, 8);
      // For 12 ms at the peak, while the bucket for the average gets emptier by a frame a ms.
      for (int frames = 10; frames <= 32; frames += 2) {
        now.addAndGet(MILLI);
        awaitFrames(forwarder, 0, frames);
        awaitRounds(pair);
        receive(b, frames - 2, frames);
      }
      // Then at the average: 20 at first and 12 in 12 ms have passed.
      for (int frames = 33; frames <= 36; frames++) {
        now.addAndGet(MILLI);
        awaitFrames(forwarder, 0, frames);
        awaitRounds(pair);
        receive(b, frames - 1, frames);
      }
      assertNull(forwarder.failure());
    }
  }

  /** What is no frame must not give tokens, nor take more than a frame. */
  @Test
  void junkOfAGuestGivesItNoTokens() throws Exception {
    VhostUserPort portA = port("a", NetFeatures.BASE);
    VhostUserPort portB = port("b", NetFeatures.BASE);
    portA.limit(fromGuest(limit(5)));
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, FEATURES, BUFFER, 1);
        TestVm b = new TestVm(portB, FEATURES, BUFFER, 1)) {
      PortPair pair = forwarder.connect(portA, portB);
      for (int i = 0; i < 40; i++) {
        long buffer = a.guest.allocate(8, 8);
        assertTrue(a.transmitRing.driver().add(buffer, 1, false) >= 0);
      }
      if (a.transmitRing.driver().publish()) {
        a.kickDevice();
      }
      for (int i = 0; i < 10; i++) {
        a.send(frame(i));
      }
      awaitFrames(forwarder, 0, 5);
      awaitRounds(pair);
      receive(b, 0, 5);
      assertEquals(Map.of(DropReason.TOO_SHORT, 40L), drops(forwarder, 0));
    }
  }

  @KernelTest
  void tapKeepsWhatAGuestMayNotGetYet() throws Exception {
    VhostUserPort guest = port("guest", NetFeatures.OFFLOADS);
    int udp = FRAME - 42;
    guest.limit(toGuest(limit(5)));
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES, BUFFER, 1);
        DatagramChannel socket = DatagramChannel.open()) {
      Peer ip = Peer.require("ip", "iproute2");
      ip.run("link set tap0 addrgenmode none");
      ip.run("link set tap0 up");
      ip.run("addr add 10.0.0.1/24 dev tap0");
      ip.run("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      PortPair pair = forwarder.connect(guest, tap);
      for (int i = 0; i < 20; i++) {
        socket.send(ByteBuffer.allocate(udp), new InetSocketAddress("10.0.0.2", 7000));
      }
      awaitFrames(forwarder, 1, 5);
      awaitRounds(pair);
      assertEquals(5, frames(forwarder, 1));
      now.addAndGet(3 * MILLI);
      awaitFrames(forwarder, 1, 8);
      awaitRounds(pair);
      assertEquals(8, frames(forwarder, 1));
      guest.limit(PortRates.UNLIMITED);
      awaitFrames(forwarder, 1, 20);
      for (int i = 0; i < 20; i++) {
        assertEquals(FRAME, vm.receive().length);
      }
      assertEquals(Map.of(), drops(forwarder, 1));
      assertNull(forwarder.failure());
    }
  }
}
