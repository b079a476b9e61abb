package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vhostuser.session.RingSettings;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A loop that can do nothing until somebody notifies it sleeps once, and not again and again. */
class IdleLoopTest {
  private static final long NEW = VirtioFeatures.VERSION_1;
  private static final int PORTS = 500;
  private static final int FRAMES = 50_000;

  /** As long as several hundred of the shortest sleeps. */
  private static final long WINDOW_MILLIS = 500;

  /** Waits until the loops sleep, and counts how often they do so again. */
  private static long wakeUps(Forwarder forwarder) throws Exception {
    // Adaptive loops look for a while before they sleep. One that never sleeps for long fails
    // below.
    long from = forwarder.sleeps();
    Await.until("the loop sleeps", () -> forwarder.isAsleep() || forwarder.sleeps() > from + 1000);
    TimeUnit.MILLISECONDS.sleep(100);
    Await.until("the loop sleeps", () -> forwarder.isAsleep() || forwarder.sleeps() > from + 1000);
    long before = forwarder.sleeps();
    TimeUnit.MILLISECONDS.sleep(WINDOW_MILLIS);
    return forwarder.sleeps() - before;
  }

  private static void change(VhostUserPort port, int ring, RingSettings settings)
      throws InterruptedException {
    CountDownLatch changed = new CountDownLatch(1);
    port.ring(ring).change(settings, changed::countDown);
    assertTrue(changed.await(60, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @EnumSource(
      value = Idle.class,
      names = {"KICKS", "ADAPTIVE"})
  void goneOrQuietGuestsCauseNoWakeUps(Idle idle) throws Exception {
    VhostUserPort quiet = VhostUserPort.toGuest("quiet", 1);
    VhostUserPort gone = VhostUserPort.toGuest("gone", 1);
    VhostUserPort unused = VhostUserPort.toGuest("unused", 1);
    VhostUserPort disabled = VhostUserPort.toGuest("disabled", 1);
    try (Forwarder forwarder = Forwarder.start(1, idle);
        TestVm first = new TestVm(quiet, NEW, 2048, 1);
        TestVm last = new TestVm(disabled, NEW, 2048, 1)) {
      for (VhostUserPort port : List.of(quiet, gone, unused, disabled)) {
        forwarder.connect(port, port);
      }
      try (TestVm second = new TestVm(gone, NEW, 2048, 1)) {
        second.send(UdpFrame.payload(100));
        second.receive();
      }
      // One whose rings have no kick descriptor and are not enabled cannot have anything to do.
      change(disabled, 0, withoutKick(last.settings(0, last.receiveRing, 0, false)));
      change(disabled, 1, withoutKick(last.settings(1, last.transmitRing, 0, false)));
      first.send(UdpFrame.payload(100));
      first.receive();
      Await.until("nothing wakes the loop", () -> wakeUps(forwarder) == 0);
      byte[] frame = UdpFrame.payload(200);
      first.send(frame);
      assertArrayEquals(frame, first.receive());
    }
  }

  /**
   * Frames that follow each other are not kicked for, each on its own, and do not wake the loop.
   * Where the sender is away from its processor for longer than two naps, the next one is.
   */
  @Test
  void framesThatFollowEachOtherTakeFewWakeUps() throws Exception {
    VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
    AtomicLong taken = new AtomicLong();
    FrameHandlerPort sink =
        FrameHandlerPort.of(
            "sink",
            1,
            (frames, toGuest) -> {
              taken.addAndGet(frames.count());
              return frames.count();
            });
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, NEW, 2048, 1)) {
      PortPair pair = forwarder.connect(guest, sink);
      byte[] frame = UdpFrame.payload(60);
      vm.send(frame);
      Await.until("nothing wakes the loop", () -> wakeUps(forwarder) == 0);
      long before = forwarder.sleeps();
      for (int i = 0; i < FRAMES; i++) {
        while (!vm.offer(0, 0, frame)) {
          Thread.onSpinWait();
        }
      }
      Await.until("all have come", () -> taken.get() == FRAMES + 1);
      long sleeps = forwarder.sleeps() - before;
      assertTrue(sleeps < FRAMES / 20, sleeps + " sleeps for " + FRAMES + " frames");
      Await.until("nothing wakes the loop", () -> wakeUps(forwarder) == 0);
      forwarder.disconnect(pair);
      sink.close();
    }
  }

  private static RingSettings withoutKick(RingSettings s) {
    return new RingSettings(
        s.index(),
        s.features(),
        s.size(),
        s.base(),
        s.descriptors(),
        s.available(),
        s.used(),
        s.usedLogAddress(),
        s.enabled(),
        RingSettings.NONE,
        s.call(),
        s.error(),
        s.memory(),
        s.log(),
        s.inflight());
  }

  /** Frames of the host that wait for a guest which is not there, too. */
  @KernelTest
  void fiveHundredTapsWithoutGuestsCauseNoWakeUps() throws Exception {
    List<TapPort> taps = new ArrayList<>();
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE)) {
      try {
        for (int i = 0; i < PORTS; i++) {
          TapPort tap = TapPort.attach("idle" + i, 1);
          taps.add(tap);
          forwarder.connect(VhostUserPort.toHost("guest" + i, 1), tap);
        }
        Await.until("nothing wakes the loop", () -> wakeUps(forwarder) == 0);
      } finally {
        forwarder.pairs().forEach(forwarder::disconnect);
        taps.forEach(TapPort::close);
      }
    }
  }

  /** The one thing that has to be looked after: nobody says when there is something. */
  @ParameterizedTest
  @EnumSource(
      value = Idle.class,
      names = {"KICKS", "ADAPTIVE"})
  void ringsWithoutKickDescriptorArePolledWithGrowingPauses(Idle idle) throws Exception {
    VhostUserPort port = VhostUserPort.toGuest("polled", 1);
    try (Forwarder forwarder = Forwarder.start(1, idle);
        TestVm vm = new TestVm(port, NEW, 2048, 1)) {
      forwarder.connect(port, port);
      change(port, 0, withoutKick(vm.settings(0, vm.receiveRing, 0, true)));
      change(port, 1, withoutKick(vm.settings(1, vm.transmitRing, 0, true)));
      byte[] frame = UdpFrame.payload(100);
      vm.send(frame);
      assertArrayEquals(frame, vm.receive());
      long before = forwarder.sleeps();
      Await.until("some sleeps", () -> forwarder.sleeps() > before + 8);
      long start = System.nanoTime();
      long from = forwarder.sleeps();
      Await.until("more sleeps", () -> forwarder.sleeps() > from + 4);
      // Sleeps are longer than asked for on a busy machine, never shorter.
      assertTrue(System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(3 * 32));
      vm.send(frame);
      assertArrayEquals(frame, vm.receive());
    }
  }
}
