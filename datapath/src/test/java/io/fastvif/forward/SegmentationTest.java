package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.xdp.XdpOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A guest's frames that are to be segmented, as another gets them, beside the kernel's segments.
 */
class SegmentationTest {
  private static final long PLAIN = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final long SENDER =
      PLAIN
          | NetFeatures.CSUM
          | NetFeatures.HOST_TSO4
          | NetFeatures.HOST_TSO6
          | NetFeatures.HOST_ECN
          | NetFeatures.HOST_USO;
  private static final int FRAMES = Integer.getInteger("fastvif.frames", 8);

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private static List<OffloadedFrame.Kind> kinds() {
    List<OffloadedFrame.Kind> kinds = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      for (int tags = 0; tags < 2; tags++) {
        kinds.add(new OffloadedFrame.Kind((i & 1) != 0, (i & 2) != 0, tags, false));
        if ((i & 1) != 0) {
          kinds.add(new OffloadedFrame.Kind(true, (i & 2) != 0, tags, true));
        }
      }
    }
    return kinds;
  }

  @KernelTest
  void segmentsAreTheKernels() throws Exception {
    compare(PLAIN, 2048, 3);
  }

  @KernelTest
  void segmentsInSmallBuffersAreTheKernels() throws Exception {
    compare(PLAIN | VirtioFeatures.RING_PACKED, 300, 1);
  }

  /**
   * Sends a frame and takes its segments. A guest that is away from its processor for too long
   * while segments wait for its buffers loses the others; then the frame is sent again.
   */
  private static List<byte[]> exchange(
      Forwarder forwarder, TestVm from, TestVm to, OffloadedFrame frame, int segments) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < end) {
      long before = flow(forwarder).dropped();
      List<byte[]> taken = new ArrayList<>();
      from.send(frame.first(), frame.csumOffset(), frame.bytes());
      while (taken.size() < segments && flow(forwarder).dropped() == before) {
        byte[] segment = to.poll();
        if (segment != null) {
          taken.add(Arrays.copyOfRange(segment, VirtioNetHeader.LONG, segment.length));
        } else {
          Thread.onSpinWait();
        }
        assertTrue(System.nanoTime() < end, () -> taken.size() + " of " + segments + " came");
      }
      if (taken.size() == segments) {
        return taken;
      }
      assertEquals(Set.of(DropReason.NO_BUFFERS), flow(forwarder).drops().keySet());
      while (to.poll() != null) {
        // what came before the others were dropped
      }
    }
    return fail("they are dropped again and again");
  }

  private static FlowStatistics flow(Forwarder forwarder) {
    return forwarder.statistics().flows().get(0);
  }

  private void compare(long receiver, int buffer, int pieces) throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    int segments = 0;
    try (KernelSegments kernel = new KernelSegments();
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, SENDER, 2048, pieces);
        TestVm b = new TestVm(portB, receiver, buffer, 1)) {
      forwarder.connect(portA, portB);
      for (OffloadedFrame.Kind kind : kinds()) {
        for (int i = 0; i < FRAMES; i++) {
          OffloadedFrame frame = OffloadedFrame.random(kind, random);
          List<byte[]> expected = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
          String what = "seed " + seed + ", " + kind + " " + i;
          assertTrue(expected != null && !expected.isEmpty(), () -> "the kernel refuses " + what);
          List<byte[]> arrived = exchange(forwarder, a, b, frame, expected.size());
          for (int k = 0; k < expected.size(); k++) {
            assertArrayEquals(expected.get(k), arrived.get(k), what + ", segment " + k);
            segments++;
          }
        }
      }
      assertNull(b.poll());
      assertEquals((long) kinds().size() * FRAMES, flow(forwarder).frames());
    }
    int all = segments;
    assertTrue(all > 3 * kinds().size() * FRAMES, () -> all + " segments");
  }

  /** One whose segments a link with the usual MTU takes. */
  private OffloadedFrame usual(OffloadedFrame.Kind kind) {
    for (; ; ) {
      OffloadedFrame frame = OffloadedFrame.random(kind, random);
      int headers = (int) (frame.first() >>> 16) & 0xffff;
      if (VirtioNetHeader.gsoSize(frame.first()) + headers <= 1514) {
        return frame;
      }
    }
  }

  private static void veth() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add v0 type veth peer name v1");
    for (String end : List.of("v0", "v1")) {
      ip.run("link set " + end + " addrgenmode none up");
    }
  }

  @KernelTest
  void cardGetsTheKernelsSegments() throws Exception {
    veth();
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    try (KernelSegments kernel = new KernelSegments();
        XdpPort link = XdpPort.open("v0", XdpOptions.DEFAULT.withRingSize(64));
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, SENDER, 2048, 3);
        PacketSocket wire = new PacketSocket("v1")) {
      forwarder.connect(guest, link);
      for (OffloadedFrame.Kind kind : kinds()) {
        if (kind.tags() > 0) {
          continue; // a packet socket gets them without
        }
        for (int i = 0; i < FRAMES; i++) {
          OffloadedFrame frame = usual(kind);
          String what = "seed " + seed + ", " + kind + " " + i;
          List<byte[]> expected = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
          vm.send(frame.first(), frame.csumOffset(), frame.bytes());
          for (byte[] segment : expected) {
            assertArrayEquals(segment, wire.receiveLike(segment), what);
          }
        }
      }
      assertEquals(0, flow(forwarder).dropped());
    }
  }

  /** What the other end of a veth leaves to its receiver comes to a guest that takes none of it. */
  @KernelTest
  void guestOnALinkGetsTheKernelsSegments() throws Exception {
    veth();
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (KernelSegments kernel = new KernelSegments();
        PacketPort link = PacketPort.open("v0");
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, PLAIN, 2048, 1);
        OffloadSocket host = new OffloadSocket("v1")) {
      forwarder.connect(link, guest);
      for (OffloadedFrame.Kind kind : kinds()) {
        for (int i = 0; i < FRAMES; i++) {
          OffloadedFrame frame = usual(kind);
          List<byte[]> expected = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
          if (expected.size() > TestVm.RING) {
            continue; // a guest that is away for too long loses some of them
          }
          SystemCallException.check(
              host.send(frame.first(), frame.csumOffset(), frame.bytes()), "send");
          for (byte[] segment : expected) {
            assertArrayEquals(segment, vm.receive(), "seed " + seed + ", " + kind + " " + i);
          }
        }
      }
      assertEquals(0, flow(forwarder).dropped());
    }
  }

  /** What reads a tap by a packet socket gets frames as they would be on a wire. */
  @KernelTest
  void wholeTapGetsTheKernelsSegments() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (KernelSegments kernel = new KernelSegments();
        TapPort tap = TapPort.attach("t0", 1, true);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, SENDER, 2048, 3)) {
      Peer.require("ip", "iproute2").run("link set t0 addrgenmode none up");
      forwarder.connect(guest, tap);
      try (PacketSocket reader = new PacketSocket("t0")) {
        for (OffloadedFrame.Kind kind : kinds()) {
          for (int i = 0; i < FRAMES && kind.tags() == 0; i++) {
            OffloadedFrame frame = OffloadedFrame.random(kind, random);
            String what = "seed " + seed + ", " + kind + " " + i;
            List<byte[]> expected = kernel.send(frame.first(), frame.csumOffset(), frame.bytes());
            vm.send(frame.first(), frame.csumOffset(), frame.bytes());
            for (byte[] segment : expected) {
              assertArrayEquals(segment, reader.receiveLike(segment), what);
            }
            // A frame that is left to be completed only.
            byte[] one = UdpFrame.toHost(UdpFrame.payload(1 + i * 97), false);
            vm.send(UdpFrame.UNFINISHED, UdpFrame.CHECKSUM_OFFSET, one);
            assertTrue(UdpFrame.hasChecksum(reader.receiveLike(one), 0), what);
          }
        }
      }
      assertEquals(0, flow(forwarder).dropped());
    }
  }
}
