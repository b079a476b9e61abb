package io.fastvif.fastpath;

import io.fastvif.bindings.FastvifException;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.handover.HandOverChannel.Received;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverKind;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.trace.Log;
import io.fastvif.vhostuser.session.BackendHandOver;
import io.fastvif.vhostuser.session.ListeningSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives all ports of this process to another, or goes on: the part O of {@link
 * io.fastvif.handover}.
 */
final class PortsGiver {
  private static final long HELLO_MILLIS = 5_000;
  private static final long QUIET_NANOS = 2_000_000_000;
  private static final long OFFER_MILLIS = 5_000;
  private static final long PREPARE_MILLIS = 30_000;
  private static final long STOP_SECONDS = 2;
  private static final long TAKE_MILLIS = 2_000;
  private static final long PAUSE_NANOS = 200_000;

  private final ForwardingPorts ports;
  private final ListeningSocket listener;
  private final HandOverChannel channel;
  private final HandOverSteps steps;
  private final List<BackendHandOver> backends = new ArrayList<>();
  private final HandedUplinks uplinks;
  private boolean isPaused;

  /** Whether the other one could take an end of the connection for the end of this process. */
  private boolean mayMistake;

  PortsGiver(
      ForwardingPorts ports,
      ListeningSocket listener,
      HandOverChannel channel,
      HandOverSteps steps) {
    this.ports = ports;
    this.listener = listener;
    this.channel = channel;
    this.steps = steps;
    uplinks = ports.handedUplinks();
  }

  /** Whether the connection may be closed while this process goes on. */
  boolean mayClose() {
    return !mayMistake;
  }

  /** Gives them; false if this process goes on. */
  boolean give() {
    try {
      int version = version();
      HandOverRehearsal.ofGiving();
      return ports.exclusively(open -> give(open, version));
    } catch (FastvifException | IllegalStateException refused) {
      withdraw(refused.getMessage());
      return false;
    }
  }

  private int version() {
    try (Received hello = require(HandOverKind.HELLO, HELLO_MILLIS)) {
      int oldest = hello.reader().number();
      int newest = hello.reader().number();
      int version = Math.min(newest, HandedPorts.VERSION);
      if (version < oldest || version < HandedPorts.OLDEST) {
        throw new HandOverException(
            String.format(
                "the new process reads format versions %d to %d, this one writes %d to %d",
                oldest, newest, HandedPorts.OLDEST, HandedPorts.VERSION));
      }
      return version;
    }
  }

  private Received require(HandOverKind kind, long millis) {
    Received received = channel.receive(millis);
    if (received == null) {
      throw new HandOverException("the new process has ended before " + kind);
    }
    if (received.kind() != kind) {
      received.close();
      throw new HandOverException("the new process says " + received.kind() + ", not " + kind);
    }
    return received;
  }

  private boolean give(List<ForwardingPort> open, int version) {
    boolean isTaken = false;
    for (ForwardingPort port : open) {
      backends.add(port.handOver());
      uplinks.add(port);
    }
    try {
      backends.forEach(BackendHandOver::freeze);
      awaitQuiet();
      steps.reached("frozen");
      offer(open, version);
      steps.reached("offered");
      try (Received prepared = require(HandOverKind.PREPARED, PREPARE_MILLIS)) {
        prepared.reader().requireEnd();
      }
      isTaken = pauseAndGive(open);
      return isTaken;
    } finally {
      if (!isTaken) {
        CountDownLatch started = new CountDownLatch(open.size());
        backends.forEach(backend -> backend.start(isPaused, false, started));
        releaseAfter(started);
      }
    }
  }

  /** Frames between guests would find rings that have not started; those of taps do not wait. */
  private void releaseAfter(CountDownLatch started) {
    try {
      await(started);
    } catch (HandOverException late) {
      Log.warning(PortsGiver.class, "not all rings have started again in time");
    } finally {
      uplinks.release();
    }
  }

  private void awaitQuiet() {
    long deadline = System.nanoTime() + QUIET_NANOS;
    for (BackendHandOver backend : backends) {
      while (!backend.isQuiet()) {
        if (System.nanoTime() - deadline > 0) {
          throw new HandOverException("a frontend is setting its device up: try again");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void offer(List<ForwardingPort> open, int version) {
    HandOverWriter writer = new HandOverWriter().number(version);
    writer.number(ProcessHandle.current().pid()); // the socket's says who began to listen
    listener.save(writer);
    uplinks.save(writer);
    writer.number(open.size());
    for (ForwardingPort port : open) {
      HandedPorts.write(writer, port.port());
      writer.number(uplinks.numberOf(port));
      port.save(writer);
    }
    if (!channel.send(HandOverKind.OFFER, writer, OFFER_MILLIS)) {
      throw new HandOverException("the new process has ended before it got the offer");
    }
  }

  private boolean pauseAndGive(List<ForwardingPort> open) {
    long begin = System.nanoTime();
    CountDownLatch stopped = new CountDownLatch(open.size());
    isPaused = true;
    uplinks.hold();
    for (BackendHandOver backend : backends) {
      backend.pause(stopped);
    }
    await(stopped);
    HandOverWriter writer = new HandOverWriter().number(begin);
    for (BackendHandOver backend : backends) {
      int[] bases = backend.bases();
      writer.number(bases.length);
      for (int base : bases) {
        writer.number(base);
      }
    }
    open.forEach(port -> port.guest().saveTokens(writer));
    uplinks.savePositions(writer);
    steps.reached("paused");
    boolean isGiven = channel.send(HandOverKind.GIVEN, writer, TAKE_MILLIS);
    mayMistake = isGiven;
    if (!isGiven || !isTaken()) {
      withdraw("the new process did not take the ports in time");
      return false;
    }
    double millis = (System.nanoTime() - begin) / 1e6;
    steps.reached("taken");
    ports.forget(open);
    Log.info(
        PortsGiver.class,
        String.format(
            "process %d has taken %d ports over, %.1f ms after they stopped here",
            channel.peerProcess(), open.size(), millis));
    return true;
  }

  private static void await(CountDownLatch stopped) {
    try {
      if (stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new HandOverException("the rings do not stop");
  }

  /** Whether the other process has said TAKEN; if not, it cannot say so any more. */
  private boolean isTaken() {
    try {
      steps.reached("given");
    } catch (RuntimeException e) {
      Log.warning(PortsGiver.class, "whoever hears the steps has failed: " + e, e);
    }
    try (Received taken = channel.receive(TAKE_MILLIS)) {
      if (taken != null && taken.kind() == HandOverKind.TAKEN) {
        return true;
      }
    } catch (FastvifException tooLate) {
      // it may have come in this moment
    }
    channel.takeNoMore();
    try (Received taken = channel.receive(TAKE_MILLIS)) {
      return taken != null && taken.kind() == HandOverKind.TAKEN;
    } catch (FastvifException nothingSuch) {
      return false;
    }
  }

  private void withdraw(String reason) {
    Log.warning(PortsGiver.class, "this process goes on serving its ports: " + reason);
    channel.takeNoMore();
    try {
      channel.send(HandOverKind.WITHDRAWN, new HandOverWriter().text(reason), TAKE_MILLIS);
      mayMistake = false; // it has ended, or will read this
    } catch (FastvifException unread) {
      Log.warning(PortsGiver.class, "the new process is not told: " + unread.getMessage());
    }
  }
}
