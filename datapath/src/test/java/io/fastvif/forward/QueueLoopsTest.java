package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.PcapngBlock;
import io.fastvif.capture.PcapngReader;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.xdp.XdpOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest's queues that several loops serve, and that move from loop to loop. */
class QueueLoopsTest {
  private static final long NEW = VirtioFeatures.VERSION_1;
  private static final long PACKED = NEW | VirtioFeatures.RING_PACKED;
  private static final int QUEUES = 4;
  private static final int FRAMES = 5_000;

  /** More than that are tried: frames go on until there were. */
  private static final int MOVES = 20;

  /** Fewer than a ring has: the receiver always has a buffer, so nothing may be dropped. */
  private static final int UNDER_WAY = 48;

  /** Between two moves, so that there is time to forward too. */
  private static final long PAUSE_NANOS = 200_000;

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir private Path folder;

  private static List<TestVm> vms(VhostUserPort port, int queues, long features) {
    List<TestVm> vms = new ArrayList<>();
    for (int i = 0; i < queues; i++) {
      vms.add(new TestVm(port, features, 2048, 1, i));
    }
    return vms;
  }

  /** A frame of a queue with its number in the sequence. */
  private static byte[] frame(int queue, int number) {
    return ByteBuffer.allocate(64).putInt(14, queue).putInt(18, number).array();
  }

  private static void exchange(TestVm from, TestVm to, int number) {
    from.send(frame(0, number));
    assertArrayEquals(frame(0, number), to.receive());
  }

  /** What a queue has sent and what has come of it. */
  private static final class Sequence {
    private final int queue;
    private final TestVm from;
    private final TestVm to;
    private int sent;
    private int received;

    Sequence(int queue, TestVm from, TestVm to) {
      this.queue = queue;
      this.from = from;
      this.to = to;
    }

    boolean step(int frames) {
      while (sent < frames && sent - received < UNDER_WAY && from.offer(0, 0, frame(queue, sent))) {
        sent++;
      }
      for (byte[] came = to.poll(); came != null; came = to.poll()) {
        ByteBuffer bytes = ByteBuffer.wrap(came);
        assertEquals(queue, bytes.getInt(VirtioNetHeader.LONG + 14), "another queue's frame");
        assertEquals(received, bytes.getInt(VirtioNetHeader.LONG + 18), "lost or overtaken");
        received++;
      }
      return received == frames;
    }
  }

  @ParameterizedTest
  @CsvSource({"ADAPTIVE, false", "ADAPTIVE, true", "KICKS, false", "BUSY_SPIN, true"})
  void noFrameIsLostOrOvertakenWhileQueuesMove(Idle idle, boolean packed) throws Exception {
    Path events = folder.resolve("moves.jfr");
    VhostUserPort portA = VhostUserPort.toGuest("a", QUEUES);
    VhostUserPort portB = VhostUserPort.toGuest("b", QUEUES);
    AtomicBoolean done = new AtomicBoolean();
    try (Recording recording = new Recording();
        Forwarder forwarder = Forwarder.start(3, idle)) {
      recording.enable("io.fastvif.QueueMove");
      recording.start();
      PortPair pair = forwarder.connect(portA, portB);
      assertEquals(List.of(0, 1, 2, 0), pair.loops());
      List<TestVm> vmsA = vms(portA, QUEUES, packed ? PACKED : NEW);
      List<TestVm> vmsB = vms(portB, QUEUES, NEW);
      List<Sequence> sequences = new ArrayList<>();
      for (int i = 0; i < QUEUES; i++) {
        sequences.add(new Sequence(i, vmsA.get(i), vmsB.get(i)));
        sequences.add(new Sequence(i, vmsB.get(i), vmsA.get(i)));
      }
      Thread mover = new Thread(() -> move(forwarder, pair, done));
      mover.start();
      try {
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (int frames = FRAMES; frames == FRAMES || moves(forwarder) <= MOVES; frames += FRAMES) {
          int wanted = frames;
          while (sequences.stream().filter(each -> !each.step(wanted)).count() > 0) {
            assertTrue(System.nanoTime() < end, "frames are lost");
          }
        }
      } finally {
        done.set(true);
        mover.join();
      }
      for (FlowStatistics flow : pair.statistics()) {
        assertEquals(0, flow.dropped(), flow::toString);
      }
      assertEquals(
          QUEUES, forwarder.statistics().loops().stream().mapToInt(LoopStatistics::queues).sum());
      assertNull(forwarder.failure());
      forwarder.disconnect(pair);
      long moves = moves(forwarder);
      recording.stop();
      recording.dump(events);
      assertEquals(
          moves,
          RecordingFile.readAllEvents(events).stream()
              .filter(event -> "io.fastvif.QueueMove".equals(event.getEventType().getName()))
              .count());
      vmsA.forEach(TestVm::close);
      vmsB.forEach(TestVm::close);
    }
  }

  private static long moves(Forwarder forwarder) {
    return forwarder.statistics().loops().stream().mapToLong(LoopStatistics::moves).sum();
  }

  private static void move(Forwarder forwarder, PortPair pair, AtomicBoolean done) {
    Random random = new Random(3);
    while (!done.get()) {
      int queue = random.nextInt(QUEUES);
      int to = random.nextInt(3);
      forwarder.move(pair, queue, to);
      for (int i = 0; i < 100_000 && pair.loops().get(queue) != to && !done.get(); i++) {
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** A frame that is sent by a queue of one end of a veth pair comes by the same of the other. */
  @KernelTest
  void queuesOfTwoCardsMoveWithoutLoss() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String queues = " numtxqueues 2 numrxqueues 2";
    ip.run("link add v0" + queues + " type veth peer name v1" + queues);
    for (String link : List.of("v0", "v1")) {
      ip.run("link set " + link + " addrgenmode none");
      ip.run("link set " + link + " up");
    }
    VhostUserPort portA = VhostUserPort.toGuest("a", 2);
    VhostUserPort portB = VhostUserPort.toGuest("b", 2);
    XdpOptions options = XdpOptions.DEFAULT.withRingSize(64);
    try (XdpPort near = XdpPort.open("v0", options);
        XdpPort far = XdpPort.open("v1", options);
        Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE)) {
      List<TestVm> a = vms(portA, 2, NEW);
      List<TestVm> b = vms(portB, 2, NEW);
      PortPair first = forwarder.connect(portA, near);
      PortPair second = forwarder.connect(portB, far);
      assertEquals(List.of(0, 1), first.loops());
      assertEquals(List.of(0, 1), second.loops());
      List<Sequence> sequences = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        sequences.add(new Sequence(i, a.get(i), b.get(i)));
        sequences.add(new Sequence(i, b.get(i), a.get(i)));
      }
      long end = System.nanoTime() + PATIENCE_NANOS;
      for (int frames = 50; frames <= FRAMES || moves(forwarder) <= MOVES; frames += 50) {
        forwarder.move(frames % 100 == 0 ? first : second, frames / 100 % 2, frames / 200 % 2);
        int wanted = frames;
        while (sequences.stream().filter(each -> !each.step(wanted)).count() > 0) {
          assertTrue(System.nanoTime() < end, "frames are lost");
        }
      }
      assertNull(forwarder.failure());
      for (PortPair pair : List.of(first, second)) {
        pair.statistics().forEach(flow -> assertEquals(0, flow.dropped(), flow::toString));
        forwarder.disconnect(pair);
      }
      a.forEach(TestVm::close);
      b.forEach(TestVm::close);
    }
  }

  /** Which is whatever queue the sender's frames come by. */
  @Test
  void framesForAQueueThatItsGuestDoesNotUseComeToTheFirst() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 3);
    VhostUserPort portB = VhostUserPort.toGuest("b", 3);
    try (Forwarder forwarder = Forwarder.start(3, Idle.ADAPTIVE);
        TestVm b = new TestVm(portB, NEW, 2048, 1)) {
      List<TestVm> a = vms(portA, 3, NEW);
      PortPair pair = forwarder.connect(portA, portB);
      assertEquals(List.of(0, 1, 2), pair.loops());
      for (int i = 0; i < 300; i++) {
        exchange(a.get(i % 3), b, i);
        if (i % 50 == 49) {
          forwarder.move(pair, 0, i / 50 % 3); // the others come after it
          forwarder.move(pair, 1, i % 3); // and this one does not
        }
      }
      Await.until("together", () -> togetherAfter(pair, a, b));
      assertNull(forwarder.failure());
      TestVm second = new TestVm(portB, NEW, 2048, 1, 1);
      exchange(a.get(1), second, 1);
      forwarder.move(pair, 0, 0);
      Await.until("apart", () -> List.of(0, 1).equals(pair.loops().subList(0, 2)));
      exchange(a.get(1), second, 2);
      second.stop();
      exchange(a.get(1), b, 3);
      assertEquals(pair.loops().get(0), pair.loops().get(1));
      a.forEach(TestVm::close);
      second.start(new int[] {0, 0});
      second.close();
    }
  }

  private static boolean togetherAfter(PortPair pair, List<TestVm> from, TestVm to) {
    exchange(from.get(1), to, 1);
    exchange(from.get(2), to, 2);
    return pair.loops().stream().distinct().count() == 1;
  }

  @Test
  void oneLoopServesAllQueuesOfALimitedPort() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", QUEUES);
    VhostUserPort portB = VhostUserPort.toGuest("b", QUEUES);
    PortRates rates = new PortRates(null, new RateLimit(1 << 30, 1 << 30, 1 << 20));
    try (Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE)) {
      List<TestVm> a = vms(portA, QUEUES, NEW);
      List<TestVm> b = vms(portB, QUEUES, NEW);
      PortPair pair = forwarder.connect(portA, portB);
      assertEquals(List.of(0, 1, 0, 1), pair.loops());
      for (int i = 0; i < 50; i++) {
        portA.limit(rates);
        Await.until("together", () -> pair.loops().stream().distinct().count() == 1);
        Await.until("limited", () -> portA.fromGuest() != null);
        forwarder.move(pair, 3, 1);
        exchange(a.get(3), b.get(3), i);
        assertEquals(1, pair.loops().stream().distinct().count());
        portA.limit(PortRates.UNLIMITED);
        Await.until("not limited", () -> portA.fromGuest() == null && !portA.isLimited());
        exchange(a.get(3), b.get(3), i);
        Await.until("apart", () -> pair.loops().equals(List.of(0, 1, 0, 1)));
      }
      portA.limit(rates);
      forwarder.disconnect(pair);
      PortPair again = forwarder.connect(portA, portB);
      assertEquals(1, again.loops().stream().distinct().count());
      assertNull(forwarder.failure());
      a.forEach(TestVm::close);
      b.forEach(TestVm::close);
    }
  }

  /** Each loop has a ring of its own for them. */
  @Test
  void aCaptureSeesTheFramesOfAllQueues() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", QUEUES);
    VhostUserPort portB = VhostUserPort.toGuest("b", QUEUES);
    try (Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE);
        FrameCapture capture = Forwarder.capture("a", CaptureOptions.ALL)) {
      List<TestVm> a = vms(portA, QUEUES, NEW);
      List<TestVm> b = vms(portB, QUEUES, NEW);
      PortPair pair = forwarder.connect(portA, portB);
      forwarder.beginCapture(pair, portA, capture);
      for (int i = 0; i < 400; i++) {
        forwarder.move(pair, i % 3, i % 2);
        exchange(a.get(i % QUEUES), b.get(i % QUEUES), i);
      }
      forwarder.endCapture(pair, capture);
      exchange(a.get(0), b.get(0), 400);
      List<PcapngBlock> blocks = new ArrayList<>();
      PcapngReader reader = new PcapngReader(blocks::add);
      for (byte[] piece = capture.take(1000); piece != null; piece = capture.take(1000)) {
        reader.read(piece, 0, piece.length);
      }
      List<Integer> numbers =
          blocks.stream()
              .filter(PcapngBlock::isFrame)
              .map(each -> ByteBuffer.wrap(each.frame()).getInt(18))
              .sorted() // by the time after they were delivered, another may have passed
              .toList();
      assertEquals(IntStream.range(0, 400).boxed().toList(), numbers);
      forwarder.beginCapture(pair, portA, capture);
      assertTrue(capture.isEnded());
      forwarder.disconnect(pair);
      a.forEach(TestVm::close);
      b.forEach(TestVm::close);
    }
  }

  @Test
  void aGuestWithMoreQueuesThanTheOtherHasAsManyLoopsAsThatHas() throws Exception {
    VhostUserPort portA = VhostUserPort.toGuest("a", 3);
    VhostUserPort portB = VhostUserPort.toGuest("b", 2);
    try (Forwarder forwarder = Forwarder.start(3, Idle.ADAPTIVE)) {
      List<TestVm> a = vms(portA, 3, NEW);
      List<TestVm> b = vms(portB, 2, NEW);
      PortPair pair = forwarder.connect(portA, portB);
      assertEquals(List.of(0, 1, 0), pair.loops());
      for (int i = 0; i < 300; i++) {
        forwarder.move(pair, i % 3, i / 3 % 3);
        exchange(a.get(i % 3), b.get(i % 3 % 2), i);
        exchange(b.get(i % 2), a.get(i % 2), i);
        assertEquals(pair.loops().get(0), pair.loops().get(2));
      }
      assertNotEquals(0, forwarder.statistics().loops().getLast().moves());
      assertNull(forwarder.failure());
      a.forEach(TestVm::close);
      b.forEach(TestVm::close);
    }
  }
}
