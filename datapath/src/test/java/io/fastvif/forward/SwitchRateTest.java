package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.PcapngBlock;
import io.fastvif.capture.PcapngReader;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.testing.Await;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guests behind a switch, of which one has a rate. Its clock is driven by hand. */
class SwitchRateTest {
  private static final long FEATURES = VirtioFeatures.VERSION_1;
  private static final long SENDER = 0x0200_0000_0001L;
  private static final long SLOW = 0x0200_0000_0002L;
  private static final long FAST = 0x0200_0000_0003L;
  private static final long MILLI = 1_000_000;
  private static final int FRAME = 1_000;

  /** A kilobyte a millisecond, of which five frames may pass at once. */
  private static final PortRates RATE = new PortRates(new RateLimit(1_000_000, 0, 5 * FRAME), null);

  private final AtomicLong now = new AtomicLong(7);
  private final Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
  private final UplinkSwitch bridge = new UplinkSwitch("test");
  private final List<TestVm> vms = new ArrayList<>();
  private final VhostUserPort slowPort = port("slow");
  private final TestVm sender = guest(port("sender"), SENDER);
  private final TestVm slow = guest(slowPort, SLOW);
  private final TestVm fast = guest(port("fast"), FAST);

  private VhostUserPort port(String name) {
    return new VhostUserPort(name, 1, NetFeatures.BASE, now::get);
  }

  /** A guest, whose address the switch knows. */
  private TestVm guest(VhostUserPort port, long mac) {
    TestVm vm = new TestVm(port, FEATURES, 2048, 1);
    vms.add(vm);
    forwarder.connect(port, bridge.port(port.name(), 1, SwitchPortSettings.DEFAULT));
    vm.send(frame(mac, mac, 0));
    return vm;
  }

  @AfterEach
  void close() {
    forwarder.close();
    vms.forEach(TestVm::close);
    assertNull(forwarder.failure());
  }

  private static byte[] frame(long to, long from, int number) {
    byte[] frame = new byte[FRAME];
    ByteBuffer header = ByteBuffer.wrap(frame);
    header.putShort((short) (to >>> 32)).putInt((int) to);
    header.putShort((short) (from >>> 32)).putInt((int) from);
    header.putShort((short) 0x88b5).putInt(number);
    return frame;
  }

  private FlowStatistics toSlow() {
    return forwarder.statistics().flows().stream()
        .filter(flow -> flow.flow().equals("port of slow -> slow"))
        .findFirst()
        .orElseThrow();
  }

  private void awaitRounds() throws Exception {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Void> round = new CompletableFuture<>();
      forwarder.pairs().getFirst().lanes().getFirst().loop().execute(() -> round.complete(null));
      round.get(60, TimeUnit.SECONDS);
    }
  }

  private void awaitKnown() throws Exception {
    for (int i = 0; i < 2; i++) {
      sender.send(frame(i == 0 ? SLOW : FAST, SENDER, -1));
      byte[] came = (i == 0 ? slow : fast).receive();
      while (ByteBuffer.wrap(came).getInt(14) != -1) {
        came = (i == 0 ? slow : fast).receive();
      }
    }
    awaitRounds();
    while (slow.poll() != null || fast.poll() != null || sender.poll() != null) {
      // floods of what was sent before all were known
    }
  }

  @Test
  void framesOverTheRateWaitAndHoldUpNobody() throws Exception {
    awaitKnown();
    slowPort.limit(RATE);
    for (int i = 0; i < 60; i++) {
      sender.send(frame(SLOW, SENDER, i));
      sender.send(frame(FAST, SENDER, i));
      assertArrayEquals(frame(FAST, SENDER, i), fast.receive());
    }
    receive(0, 5);
    // They come as their time does, also where the loop sleeps, and in their order.
    int came = 5;
    for (int i = 0; i < 5; i++) {
      now.addAndGet((1 + i) * MILLI);
      receive(came, came + 1 + i);
      came += 1 + i;
    }
    assertEquals(Map.of(), toSlow().drops());
    // Without a limit all that waits comes at once.
    slowPort.limit(new PortRates(null, null));
    receive(came, 60);
  }

  /** More than may wait is dropped, and a capture shows both. */
  @Test
  void capturesShowWhatWaitedAndWhatDidNotFit() throws Exception {
    awaitKnown();
    slowPort.limit(RATE);
    int sent = 400;
    List<PcapngBlock> seen = new ArrayList<>();
    try (FrameCapture capture = Forwarder.capture("slow", CaptureOptions.ALL)) {
      PortPair pair = forwarder.pairs().get(1);
      forwarder.beginCapture(pair, slowPort, capture);
      for (int i = 0; i < sent; i++) {
        sender.send(frame(SLOW, SENDER, i));
        sender.send(frame(FAST, SENDER, i));
        assertArrayEquals(frame(FAST, SENDER, i), fast.receive());
      }
      awaitRounds();
      long dropped = toSlow().drops().get(DropReason.OVER_RATE);
      // 128 KiB wait.
      assertEquals(sent - 5 - (128 << 10) / (FRAME + VirtioNetHeader.LONG), dropped);
      long delivered = sent - dropped;
      long before = toSlow().frames();
      now.addAndGet(1_000 * MILLI);
      for (int i = 0; i < delivered; i++) {
        slow.receive();
        now.addAndGet(MILLI);
      }
      assertEquals(before + delivered - 5, toSlow().frames());
      forwarder.endCapture(pair, capture);
      PcapngReader reader = new PcapngReader(seen::add);
      for (byte[] piece = capture.take(1 << 16);
          piece != null && piece.length > 0;
          piece = capture.take(1 << 16)) {
        reader.read(piece, 0, piece.length);
      }
      List<PcapngBlock> frames = seen.stream().filter(PcapngBlock::isFrame).toList();
      assertEquals(sent, frames.size());
      assertTrue(frames.stream().allMatch(PcapngBlock::isOutbound));
      assertEquals(
          dropped,
          frames.stream().filter(each -> each.comment().equals("dropped: over rate")).count());
    }
  }

  @Test
  void guestThatTakesNothingDoesNotKeepThoseThatWait() throws Exception {
    awaitKnown();
    slowPort.limit(RATE);
    for (int i = 0; i < 2 * TestVm.RING; i++) {
      sender.send(frame(SLOW, SENDER, i));
      sender.send(frame(FAST, SENDER, i));
      assertArrayEquals(frame(FAST, SENDER, i), fast.receive());
      now.addAndGet(MILLI / 2);
    }
    now.addAndGet(1_000 * MILLI);
    Await.until("dropped", () -> toSlow().drops().containsKey(DropReason.NO_BUFFERS));
    Await.until("the loop sleeps", forwarder::isAsleep);
  }

  private void receive(int first, int end) throws Exception {
    for (int i = first; i < end; i++) {
      assertArrayEquals(frame(SLOW, SENDER, i), slow.receive());
    }
    awaitRounds();
    assertNull(slow.poll());
  }
}
