package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames from guest to guest, with what each of them negotiated. */
class GuestToGuestTest {
  private static final long NEW = VirtioFeatures.VERSION_1;
  private static final long OLD = 0;
  private static final int ODD_LENGTH = 61;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Random random = new Random(5);

  private byte[] frame(int length) {
    byte[] frame = new byte[length];
    random.nextBytes(frame);
    return frame;
  }

  private static void awaitFlow(Forwarder forwarder, int flow, DropReason reason, long drops) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    FlowStatistics now = forwarder.statistics().flows().get(flow);
    while (now.drops().getOrDefault(reason, 0L) < drops && System.nanoTime() < end) {
      Thread.onSpinWait();
      now = forwarder.statistics().flows().get(flow);
    }
    assertEquals(Map.of(reason, drops), now.drops());
  }

  /** A frame is counted when it has arrived, so perhaps after the test has got it. */
  private static FlowStatistics awaitBursts(Forwarder forwarder, long bursts) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    FlowStatistics now = forwarder.statistics().flows().get(0);
    while (now.burstSizes().getTotalCount() < bursts && System.nanoTime() < end) {
      Thread.onSpinWait();
      now = forwarder.statistics().flows().get(0);
    }
    return now;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void framesArriveAsTheyWereSent(int combination) {
    long features =
        ((combination & 1) != 0 ? VirtioFeatures.RING_PACKED | NEW : OLD)
            | ((combination & 2) != 0 ? NetFeatures.MRG_RXBUF : 0)
            | ((combination & 4) != 0 ? VirtioFeatures.INDIRECT_DESC | NEW : 0);
    boolean mergeable = (combination & 2) != 0;
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, features, 2048, 3);
        TestVm b = new TestVm(portB, (features ^ VirtioFeatures.RING_PACKED) | NEW, 2048, 1)) {
      forwarder.connect(portA, portB);
      int longest = mergeable ? 20_000 : 2036;
      for (int i = 0; i < 300; i++) {
        byte[] there = frame(14 + random.nextInt(longest - 14));
        byte[] back = frame(14 + random.nextInt(longest - 14));
        a.send(there);
        b.send(back);
        assertArrayEquals(there, b.receive());
        assertArrayEquals(back, a.receive());
      }
      FlowStatistics flow = awaitBursts(forwarder, 300);
      assertEquals("a -> b", flow.flow());
      assertEquals(300, flow.frames());
      assertEquals(0, flow.dropped());
      assertEquals(300, flow.bursts());
      assertEquals(1, flow.burstSizes().getMaxValue());
      assertNull(forwarder.failure());
    }
  }

  /** A guest may merge buffers of any size, of which a frame takes more than one a KiB. */
  @ParameterizedTest
  @ValueSource(ints = {600, 128})
  void framesArriveInMergedBuffersThatAreSmall(int size) {
    long features = OLD | NetFeatures.MRG_RXBUF;
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, features, 2048, 3);
        TestVm b = new TestVm(portB, features, size, 1)) {
      forwarder.connect(portA, portB);
      for (int length : new int[] {60, 1500, 2036, 60, 1514}) {
        byte[] sent = frame(length);
        a.send(sent);
        assertArrayEquals(sent, b.receive());
      }
      assertEquals(0, awaitBursts(forwarder, 5).dropped());
      assertNull(forwarder.failure());
    }
  }

  @Test
  void aPortConnectedToItselfSendsBack() {
    VhostUserPort port = VhostUserPort.toGuest("a", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.BUSY_SPIN);
        TestVm vm = new TestVm(port, NEW, 2048, 1)) {
      forwarder.connect(port, port);
      byte[] frame = frame(ODD_LENGTH);
      vm.send(frame);
      assertArrayEquals(frame, vm.receive());
      assertEquals(1, forwarder.statistics().flows().size());
    }
  }

  @ParameterizedTest
  @EnumSource(Idle.class)
  void aSleepingLoopIsKickedAndTheGuestIsCalled(Idle idle) {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, idle);
        TestVm a = new TestVm(portA, NEW | VirtioFeatures.EVENT_IDX, 2048, 1);
        TestVm b = new TestVm(portB, NEW, 2048, 1)) {
      PortPair pair = forwarder.connect(portA, portB);
      int late = 0;
      for (int i = 0; i < 50; i++) {
        assertFalse(b.receiveRing.driver().enableCalls());
        b.calls();
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (i % 2 == 0 && idle != Idle.BUSY_SPIN && !pair.lanes().getFirst().loop().isAsleep()) {
          assertTrue(System.nanoTime() < patience, "the loop does not sleep");
          Thread.onSpinWait();
        }
        long begin = System.nanoTime();
        byte[] frame = frame(ODD_LENGTH);
        a.send(frame);
        assertArrayEquals(frame, b.receive());
        while (b.calls() == 0) {
          assertTrue(System.nanoTime() < patience, "no call");
        }
        // Without kicks each of those that sleep would wait for the timer, which takes a second.
        late += System.nanoTime() - begin > 500_000_000 ? 1 : 0;
      }
      assertTrue(late < 10, late + " of 50 woken by the timer, not by the kick");
    }
  }

  @Test
  void stuckGuestDoesNotAffectOthers() {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("stuck", 1);
    VhostUserPort portC = VhostUserPort.toGuest("c", 1);
    VhostUserPort portD = VhostUserPort.toGuest("d", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, NEW, 2048, 1);
        TestVm stuck = new TestVm(portB, NEW, 2048, 1);
        TestVm c = new TestVm(portC, NEW, 2048, 1);
        TestVm d = new TestVm(portD, NEW, 2048, 1)) {
      forwarder.connect(portA, portB);
      forwarder.connect(portC, portD);
      byte[] frame = frame(ODD_LENGTH);
      // The stuck guest takes what fits into its ring; the rest is dropped at last.
      long end = System.nanoTime() + PATIENCE_NANOS;
      int offered = 0;
      while (forwarder.statistics().flows().get(0).dropped() < 500) {
        if (a.offer(0, 0, frame)) {
          offered++;
        }
        c.send(frame);
        assertArrayEquals(frame, d.receive());
        assertTrue(System.nanoTime() < end, "offered " + offered);
      }
      FlowStatistics flow = forwarder.statistics().flows().get(0);
      assertEquals(TestVm.RING, flow.frames());
      assertEquals(1, flow.drops().size());
      assertTrue(flow.drops().get(DropReason.NO_BUFFERS) >= 500);
      // It wakes up, and what comes now arrives.
      for (int i = 0; i < TestVm.RING; i++) {
        assertArrayEquals(frame, stuck.receive());
      }
      while (!a.offer(0, 0, frame)) {
        Thread.onSpinWait();
      }
      assertArrayEquals(frame, stuck.receive());
    }
  }

  @Test
  void aBrokenRingStopsAlone() {
    try (ConnectedVms vms = new ConnectedVms(NEW, NEW)) {
      ToldSession told = new ToldSession(vms.a.guest.memory());
      vms.portA.connected(told);
      vms.a.transmitRing.driver().add(1, 100, false);
      if (vms.a.transmitRing.driver().publish()) {
        vms.a.kickDevice();
      }
      assertEquals("1: a buffer of 100 bytes at 0x1 is outside the guest's memory", told.await());
      byte[] frame = frame(ODD_LENGTH);
      vms.b.send(frame);
      assertArrayEquals(frame, vms.a.receive());
      assertNull(vms.forwarder.failure());
    }
  }

  @Test
  void ringsStopAndStartWhereTheyWere() throws InterruptedException {
    try (ConnectedVms vms = new ConnectedVms(NEW | VirtioFeatures.RING_PACKED, NEW)) {
      for (int i = 0; i < 100; i++) {
        byte[] first = frame(ODD_LENGTH);
        vms.a.send(first);
        assertArrayEquals(first, vms.b.receive());
        byte[] second = frame(ODD_LENGTH);
        switch (i % 3) {
          case 0 -> {
            int[] bases = vms.a.stop();
            vms.a.send(second);
            vms.a.start(bases);
          }
          case 1 -> {
            int[] bases = vms.b.stop();
            vms.b.start(bases);
            vms.a.send(second);
          }
          default -> {
            vms.disconnect();
            vms.a.send(second);
            vms.connect();
          }
        }
        vms.a.kickDevice();
        assertArrayEquals(second, vms.b.receive());
      }
    }
  }

  @Test
  void checksumsTheReceiverLacksAreCompleted() {
    VhostUserPort portA = VhostUserPort.toHost("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    long sender = NEW | NetFeatures.CSUM | NetFeatures.HOST_TSO4;
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, sender, 2048, 2);
        TestVm b = new TestVm(portB, NEW, 2048, 1)) {
      forwarder.connect(portA, portB);
      byte[] frame = frame(ODD_LENGTH);
      frame[14 + 16] = 0x12;
      frame[14 + 17] = 0x34;
      // Checksum from byte 14 on, at 16 from there.
      a.send(1 | (14L << 48), 16, frame);
      byte[] withHeader = b.receiveWithHeader();
      byte[] arrived = java.util.Arrays.copyOfRange(withHeader, 12, withHeader.length);
      assertEquals(0, withHeader[0], "nothing is left to be completed");
      assertEquals(checksum(frame, 14), ((arrived[30] & 0xff) << 8) | (arrived[31] & 0xff));
      arrived[30] = frame[30];
      arrived[31] = frame[31];
      assertArrayEquals(frame, arrived);
      // TCP over IPv4 to be segmented, type 1, size 1000: but it is none.
      a.send(1 | (1L << 8) | (1000L << 32) | (14L << 48), 16, frame);
      awaitFlow(forwarder, 0, DropReason.BAD_HEADER, 1);
    }
  }

  /** RFC 1071, as it is written there. */
  private static int checksum(byte[] frame, int from) {
    long sum = 0;
    for (int i = from; i < frame.length; i += 2) {
      int high = frame[i] & 0xff;
      int low = i + 1 < frame.length ? frame[i + 1] & 0xff : 0;
      sum += high << 8 | low;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 1 | 60L << 48, 1 | 13L << 48, 1 | 9L << 8 | 14L << 48, 4L << 8})
  void headersThatContradictThemselvesAreDropped(long header) {
    VhostUserPort portA = VhostUserPort.toHost("a", 1);
    VhostUserPort portB = VhostUserPort.toHost("b", 1);
    long all = NEW | NetFeatures.CSUM | NetFeatures.HOST_TSO4 | NetFeatures.HOST_TSO6;
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, all, 2048, 2);
        TestVm b = new TestVm(portB, all, 2048, 1)) {
      forwarder.connect(portA, portB);
      a.send(header, 1, frame(ODD_LENGTH));
      awaitFlow(forwarder, 0, DropReason.BAD_HEADER, 1);
      assertNull(b.poll());
    }
  }

  @Test
  void framesOfWrongLengthsAreDropped() {
    try (ConnectedVms vms = new ConnectedVms(NEW, NEW)) {
      vms.a.send(frame(13));
      awaitFlow(vms.forwarder, 0, DropReason.TOO_SHORT, 1);
      assertNull(vms.b.poll());
    }
    try (ConnectedVms vms = new ConnectedVms(NEW, NEW)) {
      vms.a.send(frame(2037));
      awaitFlow(vms.forwarder, 0, DropReason.TOO_LONG, 1);
      assertNull(vms.b.poll());
    }
  }

  @Test
  void framesForARingThatIsNotEnabledAreDropped() throws InterruptedException {
    try (ConnectedVms vms = new ConnectedVms(NEW, NEW)) {
      vms.portB
          .ring(0)
          .change(
              vms.b.settings(0, vms.b.receiveRing, 0, false), () -> vms.a.send(frame(ODD_LENGTH)));
      awaitFlow(vms.forwarder, 0, DropReason.NOT_ENABLED, 1);
      CountDownLatch enabled = new CountDownLatch(1);
      vms.portB.ring(0).change(vms.b.settings(0, vms.b.receiveRing, 0, true), enabled::countDown);
      assertTrue(enabled.await(60, TimeUnit.SECONDS));
      byte[] frame = frame(ODD_LENGTH);
      vms.a.send(frame);
      assertArrayEquals(frame, vms.b.receive());
    }
  }
}
