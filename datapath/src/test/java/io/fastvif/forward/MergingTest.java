package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Segments that the kernel has cut, for a guest that takes them merged: as a whole it is what the
 * kernel has cut, and whatever happens to them on the way, what the kernel cuts of what comes is
 * what was sent.
 */
class MergingTest {
  private static final long PLAIN = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final long TAKES =
      PLAIN
          | NetFeatures.GUEST_CSUM
          | NetFeatures.GUEST_TSO4
          | NetFeatures.GUEST_TSO6
          | NetFeatures.GUEST_ECN;
  private static final int ROUNDS = Integer.getInteger("fastvif.frames", 60);
  private static final int MOST = TestVm.RING;

  /** What is merged is at least of that size. */
  private static final int MIN_SIZE = Merger.MIN_AVERAGE;

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int cutAgain;

  /** A frame of TCP that is cut into at least two segments, all but one of which are long. */
  private OffloadedFrame frame(int round) {
    boolean v6 = round % 2 == 0;
    OffloadedFrame.Kind kind = new OffloadedFrame.Kind(v6, false, round / 2 % 2, false);
    for (; ; ) {
      OffloadedFrame frame = OffloadedFrame.random(kind, random);
      int size = VirtioNetHeader.gsoSize(frame.first());
      int headers = (int) (frame.first() >>> 16) & 0xffff;
      int segments = (frame.bytes().length - headers + size - 1) / size;
      boolean hasOptions = !v6 && VirtioNetHeader.csumStart(frame.first()) != 34 + 4 * kind.tags();
      if (segments > 1 && segments <= MOST && size >= 2 * MIN_SIZE && size < 1900 && !hasOptions) {
        return frame;
      }
    }
  }

  private static List<byte[]> take(Forwarder forwarder, TestVm vm, long wanted) {
    List<byte[]> frames = new ArrayList<>();
    long end = System.nanoTime() + 60_000_000_000L;
    FlowStatistics flow = forwarder.statistics().flows().get(0);
    while (flow.frames() < wanted) {
      assertEquals(0, flow.dropped(), () -> "dropped");
      assertTrue(System.nanoTime() < end, "they do not come");
      Thread.onSpinWait();
      flow = forwarder.statistics().flows().get(0);
    }
    for (byte[] frame = vm.poll(); frame != null; frame = vm.poll()) {
      frames.add(frame);
    }
    return frames;
  }

  @KernelTest
  void segmentsBecomeWhatWasCut() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    long sent = 0;
    try (KernelSegments kernel = new KernelSegments();
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, PLAIN, 2048, 1);
        TestVm b = new TestVm(portB, TAKES, 2048, 1)) {
      forwarder.connect(portA, portB);
      for (int i = 0; i < ROUNDS; i++) {
        String what = "seed " + seed + ", frame " + i;
        OffloadedFrame frame = frame(i);
        List<byte[]> segments = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
        if (random.nextBoolean()) {
          repeatId(segments);
        }
        a.sendAll(segments);
        sent += segments.size();
        List<byte[]> came = take(forwarder, b, sent);
        assertEquals(1, came.size(), what);
        byte[] header = Arrays.copyOf(came.get(0), VirtioNetHeader.SHORT);
        ByteBuffer expected = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(frame.first()).putShort((short) frame.csumOffset());
        assertArrayEquals(expected.array(), header, what);
        byte[] whole = Arrays.copyOfRange(came.get(0), 12, came.get(0).length);
        assertArrayEquals(frame.bytes(), whole, what);
      }
    }
  }

  /** Some senders number no packets that are not to be fragmented. */
  private static void repeatId(List<byte[]> segments) {
    ByteBuffer first = ByteBuffer.wrap(segments.get(0));
    int ip = first.getShort(12) == (short) 0x8100 ? 18 : 14;
    if (first.get(ip) != 0x45 || (first.getShort(ip + 6) & 0x4000) == 0) {
      return;
    }
    for (byte[] segment : segments) {
      ByteBuffer.wrap(segment)
          .putShort(ip + 4, first.getShort(ip + 4))
          .putShort(ip + 10, (short) 0)
          .putShort(ip + 10, (short) ~UdpFrame.sum(segment, ip, ip + 20, 0));
    }
  }

  /** Changes something of the segments, mostly of their headers. */
  private void change(List<byte[]> segments) {
    int which = random.nextInt(segments.size());
    byte[] one = segments.get(which);
    switch (random.nextInt(5)) {
      case 0 -> segments.remove(which);
      case 1 -> segments.add(which, one);
      case 2 -> {
        byte[] moved = segments.remove(which);
        segments.add(random.nextInt(segments.size() + 1), moved);
      }
      case 3 -> one[12 + random.nextInt(80)] ^= (byte) (1 << random.nextInt(8));
      default -> {
        // A change that the checksums agree with: two words change places.
        int at = 14 + 2 * random.nextInt(25);
        int other = at + 2 * random.nextInt(15);
        ByteBuffer frame = ByteBuffer.wrap(one);
        short former = frame.getShort(at);
        frame.putShort(at, frame.getShort(other)).putShort(other, former);
      }
    }
  }

  @KernelTest
  void nothingIsLostOfSegmentsThatDoNotFit() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    long sent = 0;
    long merged = 0;
    try (KernelSegments kernel = new KernelSegments();
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, PLAIN, 2048, 3);
        TestVm b = new TestVm(portB, TAKES, 2048, 1)) {
      forwarder.connect(portA, portB);
      for (int i = 0; i < 2 * ROUNDS; i++) {
        String what = "seed " + seed + ", frame " + i;
        OffloadedFrame frame = frame(i);
        List<byte[]> segments = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
        for (int k = 1 + random.nextInt(3); k > 0 && segments.size() > 1; k--) {
          change(segments);
        }
        List<byte[]> pieces = segments.subList(0, Math.min(MOST / 3, segments.size()));
        a.sendAll(pieces);
        sent += pieces.size();
        List<byte[]> again = new ArrayList<>();
        for (byte[] came : take(forwarder, b, sent)) {
          again.addAll(cut(kernel, came));
        }
        assertEquals(pieces.size(), again.size(), what);
        for (int k = 0; k < again.size(); k++) {
          int segment = k;
          assertArrayEquals(
              pieces.get(k),
              again.get(k),
              () -> what + ", segment " + segment + ": " + hex(pieces) + "\n" + hex(again));
        }
        merged = cutAgain;
      }
    }
    long all = merged;
    assertTrue(all > ROUNDS / 2, () -> all + " were merged");
  }

  private static String hex(List<byte[]> frames) {
    StringBuilder text = new StringBuilder();
    for (byte[] frame : frames) {
      text.append('\n').append(HexFormat.of().formatHex(frame, 0, Math.min(90, frame.length)));
    }
    return text.toString();
  }

  private List<byte[]> cut(KernelSegments kernel, byte[] came) {
    ByteBuffer header = ByteBuffer.wrap(came).order(ByteOrder.LITTLE_ENDIAN);
    byte[] frame = Arrays.copyOfRange(came, VirtioNetHeader.LONG, came.length);
    if (header.getLong(0) == 0) {
      return List.of(frame);
    }
    cutAgain++;
    return kernel.send(header.getLong(0), header.getShort(8), frame);
  }
}
