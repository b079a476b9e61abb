package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Queues of a port that the loops' own balance moves, by what their frames take: they are long, and
 * the loop has to complete their checksums, which takes it much longer than the guests.
 */
class BalancedQueuesTest {
  private static final long FEATURES =
      VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF | NetFeatures.CSUM;
  private static final int LENGTH = 60_000;
  private static final int QUEUES = 4;
  private static final int SHIFTS = 2;
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  /** How seldom the queues that are not loaded have a frame. */
  private static final int SELDOM = 100;

  /** Long frames whose checksums are left to the loop, each with its number at both ends. */
  private static final class Stream {
    /** Fewer than the receiver has buffers: they never wait for one. */
    private static final int UNDER_WAY = 24;

    private static final int UDP = 14 + 20;
    private static final int NUMBER = UDP + 8;
    private static final int LAST = LENGTH - Integer.BYTES;
    private static final int CHECKSUM_OFFSET = 6;

    private final TestVm from;
    private final TestVm to;
    private final long[] frames = new long[UNDER_WAY];
    private int sent;
    private int received;

    Stream(TestVm from, TestVm to) {
      this.from = from;
      this.to = to;
      byte[] bytes = bytes();
      for (int i = 0; i < UNDER_WAY; i++) {
        frames[i] = from.guest.allocate(VirtioNetHeader.LONG + LENGTH, 64);
        long at = from.guest.host(frames[i]);
        // VIRTIO_NET_HDR_F_NEEDS_CSUM, from there on.
        RawMemory.putLong(at, 1 | (long) UDP << 48);
        RawMemory.putShort(at + 8, CHECKSUM_OFFSET);
        RawMemory.putShort(at + 10, 0);
        for (int k = 0; k < LENGTH; k++) {
          RawMemory.putByte(at + VirtioNetHeader.LONG + k, bytes[k]);
        }
      }
    }

    private static byte[] bytes() {
      ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
      bytes.putLong(0x0200_0000_0001_0200L).putInt(2).putShort((short) 0x0800);
      bytes.putInt(0x4500_0000 | (LENGTH - 14)).putInt(0x4000).putShort((short) 0x4011);
      bytes.putShort((short) 0).putInt(0x0a00_0002).putInt(0x0a00_0001);
      bytes.putInt(0x0400_0400).putShort((short) (LENGTH - UDP));
      return bytes.array();
    }

    /** Takes what has come, and sends what there is room for. */
    void step(boolean send) {
      for (long buffer = to.take(); buffer >= 0; buffer = to.take()) {
        long at = to.guest.host(buffer) + VirtioNetHeader.LONG;
        assertEquals(received, RawMemory.getInt(at + NUMBER), "lost or overtaken");
        assertEquals(received, RawMemory.getInt(at + LAST), "another frame's end");
        assertEquals(
            VirtioNetHeader.LONG + LENGTH, to.receiveRing.driver().usedLength(), "its length");
        received++;
        to.giveBack(buffer);
      }
      while (from.transmitRing.driver().poll() >= 0) {
        // room for the next
      }
      while (send && sent - received < UNDER_WAY && offer()) {
        sent++;
      }
    }

    private boolean offer() {
      long frame = frames[sent % UNDER_WAY];
      long at = from.guest.host(frame) + VirtioNetHeader.LONG;
      if (from.transmitRing.driver().add(frame, VirtioNetHeader.LONG + LENGTH, false) < 0) {
        return false;
      }
      RawMemory.putInt(at + NUMBER, sent);
      RawMemory.putInt(at + LAST, sent);
      if (from.transmitRing.driver().publish()) {
        from.kickDevice();
      }
      return true;
    }
  }

  /** Both directions of each queue. */
  private final List<List<Stream>> streams = new ArrayList<>();

  private void connect(List<TestVm> a, List<TestVm> b) {
    for (int i = 0; i < QUEUES; i++) {
      streams.add(List.of(new Stream(a.get(i), b.get(i)), new Stream(b.get(i), a.get(i))));
    }
  }

  private void runUntil(List<Integer> loaded, BooleanSupplier done) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (int i = 0; !done.getAsBoolean(); i++) {
      for (int queue = 0; queue < QUEUES; queue++) {
        if (loaded.contains(queue) || i % SELDOM == 0) {
          boolean sends = !loaded.isEmpty();
          streams.get(queue).forEach(stream -> stream.step(sends));
        }
      }
      assertTrue(System.nanoTime() < end, () -> "queues " + loaded + " stay together");
    }
  }

  /** Two queues that one loop serves. */
  private static List<Integer> together(List<Integer> loops) {
    for (int i = 0; i < QUEUES; i++) {
      int other = loops.subList(i + 1, QUEUES).indexOf(loops.get(i));
      if (other >= 0) {
        return List.of(i, i + 1 + other);
      }
    }
    throw new AssertionError("four queues at two loops: " + loops);
  }

  private static List<TestVm> vms(VhostUserPort port) {
    List<TestVm> vms = new ArrayList<>();
    for (int i = 0; i < QUEUES; i++) {
      vms.add(new TestVm(port, FEATURES, VirtioNetHeader.LONG + LENGTH, 1, i));
    }
    return vms;
  }

  @Test
  void busyQueuesOfAPortPartAndNothingIsLostOrOvertaken() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", QUEUES);
    VhostUserPort portB = VhostUserPort.toGuest("b", QUEUES);
    try (Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE)) {
      PortPair pair = forwarder.connect(portA, portB);
      assertEquals(List.of(0, 1, 0, 1), pair.loops());
      List<TestVm> a = vms(portA);
      List<TestVm> b = vms(portB);
      connect(a, b);
      for (int i = 0; i < SHIFTS; i++) {
        long moves = moves(forwarder);
        List<Integer> loaded = together(pair.loops());
        runUntil(
            loaded, () -> !pair.loops().get(loaded.get(0)).equals(pair.loops().get(loaded.get(1))));
        runUntil(loaded, () -> moves(forwarder) > moves);
      }
      for (List<Stream> queue : streams) {
        for (Stream stream : queue) {
          runUntil(List.of(), () -> stream.received == stream.sent);
        }
      }
      pair.statistics().forEach(flow -> assertEquals(0, flow.dropped(), flow::toString));
      assertNull(forwarder.failure());
      forwarder.disconnect(pair);
      a.forEach(TestVm::close);
      b.forEach(TestVm::close);
    }
  }

  private static long moves(Forwarder forwarder) {
    return forwarder.loops().stream().mapToLong(LoopStatistics::moves).sum();
  }
}
