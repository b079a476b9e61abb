package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.FrameFilter;
import io.fastvif.capture.PcapngBlock;
import io.fastvif.capture.PcapngReader;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames of ports that are captured while they pass. */
class CapturedPortTest {
  private static final int FRAMES = 20_000;

  private static List<PcapngBlock> frames(FrameCapture capture) throws IOException {
    List<PcapngBlock> blocks = blocks(capture);
    return blocks.stream().filter(PcapngBlock::isFrame).toList();
  }

  private static List<PcapngBlock> blocks(FrameCapture capture) throws IOException {
    List<PcapngBlock> blocks = new ArrayList<>();
    PcapngReader reader = new PcapngReader(blocks::add);
    for (byte[] piece = capture.take(1 << 16);
        piece != null && piece.length > 0;
        piece = capture.take(1 << 16)) {
      reader.read(piece, 0, piece.length);
    }
    return blocks;
  }

  private static byte[] frame(int number) {
    return UdpFrame.toHost(UdpFrame.payload(18 + number % 1000), true);
  }

  @Test
  void bothDirectionsAreSeenFromThePortThatIsCaptured() throws Exception {
    for (int segments : new int[] {1, 3}) {
      VhostUserPort portA = VhostUserPort.toGuest("a", 1);
      VhostUserPort portB = VhostUserPort.toGuest("b", 1);
      try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
          TestVm a = new TestVm(portA, VirtioFeatures.VERSION_1, 2048, segments);
          TestVm b = new TestVm(portB, VirtioFeatures.VERSION_1, 2048, segments);
          FrameCapture capture = Forwarder.capture("a", CaptureOptions.ALL);
          FrameCapture other =
              Forwarder.capture("b", new CaptureOptions(60, 0, FrameFilter.parse("udp")))) {
        PortPair pair = forwarder.connect(portA, portB);
        forwarder.beginCapture(pair, portA, capture);
        forwarder.beginCapture(pair, portB, other);
        a.send(frame(1));
        assertArrayEquals(frame(1), b.receive());
        b.send(frame(2));
        assertArrayEquals(frame(2), a.receive());
        a.send(new byte[60]);
        assertArrayEquals(new byte[60], b.receive());
        forwarder.endCapture(pair, capture);
        forwarder.endCapture(pair, other);
        a.send(frame(3));
        assertArrayEquals(frame(3), b.receive());
        List<PcapngBlock> seen = frames(capture);
        assertEquals(3, seen.size());
        assertArrayEquals(frame(1), seen.get(0).frame());
        assertTrue(!seen.get(0).isOutbound() && seen.get(1).isOutbound());
        assertArrayEquals(frame(2), seen.get(1).frame());
        List<PcapngBlock> ofOther = frames(other);
        assertEquals(2, ofOther.size());
        assertTrue(ofOther.get(0).isOutbound() && !ofOther.get(1).isOutbound());
        assertEquals(60, ofOther.get(0).frame().length);
        assertEquals(frame(1).length, ofOther.get(0).length());
        assertNull(forwarder.failure());
      }
    }
  }

  /** Each is told with its own reason, also between others. */
  @Test
  void droppedFramesAreSeenWithTheirReason() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm a = new TestVm(portA, VirtioFeatures.VERSION_1, 2048, 1);
        TestVm b = new TestVm(portB, VirtioFeatures.VERSION_1, 256, 1);
        FrameCapture capture = Forwarder.capture("a", CaptureOptions.ALL)) {
      PortPair pair = forwarder.connect(portA, portB);
      forwarder.beginCapture(pair, portA, capture);
      for (int length : new int[] {60, 13, 61, 1000, 62}) {
        a.send(new byte[length]);
      }
      for (int length : new int[] {60, 61, 62}) {
        assertEquals(length, b.receive().length);
      }
      int[] base = b.stop();
      a.send(new byte[63]);
      Await.until("dropped", () -> pair.statistics().getFirst().dropped() == 3);
      b.start(base);
      forwarder.endCapture(pair, capture);
      List<String> seen =
          frames(capture).stream().map(each -> each.length() + " " + each.comment()).toList();
      assertEquals(
          List.of(
              "60 ",
              "13 dropped: too short",
              "61 ",
              "1000 dropped: too long",
              "62 ",
              "63 dropped: not started"),
          seen);
    }
  }

  @Test
  void aPortThatIsDisconnectedEndsItsCaptures() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        FrameCapture capture = Forwarder.capture("a", CaptureOptions.ALL);
        FrameCapture late = Forwarder.capture("a", CaptureOptions.ALL)) {
      PortPair pair = forwarder.connect(portA, portB);
      forwarder.beginCapture(pair, portA, capture);
      forwarder.disconnect(pair);
      assertTrue(capture.isEnded());
      forwarder.beginCapture(pair, portA, late);
      assertTrue(late.isEnded());
    }
  }

  /** Nobody reads the capture: what does not fit is lost to it, and to nobody else. */
  @KernelTest
  void aReaderThatDoesNotReadKeepsNoFrameFromTheTap() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, VirtioFeatures.VERSION_1, 2048, 1);
        FrameCapture capture = Forwarder.capture("guest", CaptureOptions.ALL)) {
      PortPair pair = forwarder.connect(guest, tap);
      Peer.require("ip", "iproute2").run("link set tap0 up");
      forwarder.beginCapture(pair, guest, capture);
      int sent = 0;
      while (sent < FRAMES) {
        if (vm.offer(0, 0, frame(sent))) {
          sent++;
        } else {
          Thread.onSpinWait();
        }
      }
      Await.until("all are done", () -> done(pair) == FRAMES);
      FlowStatistics flow = pair.statistics().getFirst();
      assertEquals(FRAMES, flow.frames(), flow::toString);
      assertTrue(flow.residence().count() > 0 && flow.residence().sumNanos() > 0);
      forwarder.endCapture(pair, capture);
      List<PcapngBlock> all = new ArrayList<>();
      for (List<PcapngBlock> some = blocks(capture); !some.isEmpty(); some = blocks(capture)) {
        all.addAll(some);
      }
      PcapngBlock figures = all.getLast();
      long in = all.stream().filter(each -> each.isFrame() && !each.isOutbound()).count();
      assertTrue(figures.lost() > 0, "the ring holds less than was sent");
      assertTrue(in > 1000 && in + figures.lost() >= FRAMES, in + " and " + figures.lost());
      assertNull(forwarder.failure());
    }
  }

  private static long done(PortPair pair) {
    FlowStatistics flow = pair.statistics().getFirst();
    return flow.frames() + flow.dropped();
  }
}
