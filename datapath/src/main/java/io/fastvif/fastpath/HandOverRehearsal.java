package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.SOCK_DGRAM;
import static io.fastvif.bindings.linux.linux_h.SOCK_STREAM;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.TapPort;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.handover.HandOverChannel.Received;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverKind;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.session.BackendHandOver;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hands a device that nobody uses over within this process, before guests' rings stop for it: a JVM
 * loads classes and links calls when it meets them first, which would take some 100 ms while the
 * rings stand still. Who takes over moves frames through it too. Nothing of it is seen on the host.
 */
final class HandOverRehearsal implements AutoCloseable {
  private static final int ROUNDS = 3;
  private static final String NAME = "rehearsed";

  /**
   * Each of 8 frames in each direction: what a JVM's first compiler looks at comes often enough.
   */
  private static final int BURSTS = 64;

  private static final long PATIENCE_MILLIS = 5_000;

  private final HandOverChannel here;
  private final HandOverChannel there;
  private final RehearsedGuest guest;

  private HandOverRehearsal(boolean packed) {
    int[] ends = RehearsedGuest.pair(SOCK_STREAM);
    here = new HandOverChannel(FileDescriptor.of(ends[0]));
    there = new HandOverChannel(FileDescriptor.of(ends[1]));
    guest = new RehearsedGuest(packed);
  }

  /**
   * Does it as who hands over, in some tenths of a second.
   *
   * @throws RuntimeException if it does not come out right
   */
  static void ofGiving() {
    run(0);
  }

  /** Does it as who takes over, and has frames to move that were not moved here before. */
  static void ofTaking() {
    run(BURSTS);
  }

  private static void run(int bursts) {
    try (SessionLoop sessions = SessionLoop.start();
        Forwarder forwarder = Forwarder.start(1, Idle.KICKS)) {
      for (int i = 0; i < ROUNDS; i++) {
        for (boolean packed : new boolean[] {false, true}) {
          try (HandOverRehearsal rehearsal = new HandOverRehearsal(packed)) {
            rehearsal.handOver(sessions, forwarder, bursts);
          }
        }
      }
    }
  }

  private void handOver(SessionLoop sessions, Forwarder forwarder, int bursts) {
    int[] wire = RehearsedGuest.pair(SOCK_DGRAM);
    VhostUserPort first = VhostUserPort.toHost(NAME, 1);
    VhostUserPort second = VhostUserPort.toHost(NAME, 1);
    try (FileDescriptor far = FileDescriptor.of(wire[1]);
        TapPort tap = TapPort.rehearsed(NAME, FileDescriptor.of(wire[0]), guest.features())) {
      PortPair firstPair = forwarder.connect(first, first);
      PortPair secondPair = forwarder.connect(second, tap);
      try {
        HandOverWriter device = new HandOverWriter();
        guest.write(device);
        BackendHandOver former = restored(sessions, first, device);
        former.bases(guest.bases());
        start(former);
        former.freeze();
        if (!former.isQuiet()) {
          throw new HandOverException("the rehearsal's device is not quiet");
        }
        HandOverWriter saved = new HandOverWriter();
        former.save(saved);
        BackendHandOver latter = restored(sessions, second, saved);
        CountDownLatch stopped = new CountDownLatch(1);
        former.pause(stopped);
        await(stopped);
        latter.bases(former.bases());
        start(latter);
        former.abandon();
        guest.exchange(far.value(), bursts);
        latter.freeze();
        CountDownLatch ended = new CountDownLatch(1);
        latter.pause(ended);
        await(ended);
        latter.abandon();
      } finally {
        forwarder.disconnect(firstPair);
        forwarder.disconnect(secondPair);
        first.close();
        second.close();
      }
    }
  }

  private BackendHandOver restored(
      SessionLoop sessions, VhostUserPort port, HandOverWriter writer) {
    boolean isSent = here.send(HandOverKind.OFFER, writer, PATIENCE_MILLIS);
    try (Received received = there.receive(PATIENCE_MILLIS)) {
      if (!isSent || received == null) {
        throw new HandOverException("the rehearsal's message is lost");
      }
      VhostUserBackend restored =
          VhostUserBackend.restore(
              sessions,
              received.reader(),
              BackendOptions.of(port.features(), 1),
              port,
              BackendObserver.NONE);
      received.reader().requireEnd();
      return new BackendHandOver(restored);
    }
  }

  private static void start(BackendHandOver backend) {
    CountDownLatch started = new CountDownLatch(1);
    backend.start(true, true, started);
    await(started);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new HandOverException("the rehearsal's rings do not follow");
  }

  @Override
  public void close() {
    here.close();
    there.close();
    guest.close();
  }
}
