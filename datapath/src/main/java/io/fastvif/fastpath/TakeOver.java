package io.fastvif.fastpath;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.handover.HandOverChannel.Received;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverKind;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.trace.Log;
import io.fastvif.vhostuser.session.BackendHandOver;
import io.fastvif.vhostuser.session.ListeningSocket;
import io.fastvif.vhostuser.session.UnixAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Takes all ports of another process over while its guests run: the part N of {@link
 * io.fastvif.handover}. Sockets, guests' memory, rings, taps and uplinks come over the socket of
 * its {@link HandOverServer}, with what is left of rates, addresses that switches have learned and
 * frames that wait in them. Counters begin at 0, and captures end.
 */
public final class TakeOver implements AutoCloseable {
  private static final long OFFER_MILLIS = 30_000;
  private static final long GIVE_MILLIS = 10_000;
  private static final String ENDED = "the other process has ended before it gave its ports";

  private final HandOverChannel channel;
  private final ForwardingPorts ports;
  private final HandOverSteps steps;
  private final List<ForwardingPort> restored = new ArrayList<>();
  private final List<BackendHandOver> backends = new ArrayList<>();
  private final HandedUplinks uplinks;
  private ListeningSocket listener;
  private long formerProcess;
  private long pauseNanos;

  private TakeOver(HandOverChannel channel, ForwardingPorts ports, HandOverSteps steps) {
    this.channel = channel;
    this.ports = ports;
    this.steps = steps;
    uplinks = ports.handedUplinks();
  }

  /**
   * Takes the ports over. When this returns they are served here.
   *
   * @param path the other process's hand-over socket
   * @param ports without any port yet; gets them
   * @param steps hears how far it is
   * @return what was taken; to be closed when the other process need not be waited for
   * @throws HandOverException if they stay with the other process, or it has ended before it gave
   *     them; nothing of them is used here then
   * @throws SystemCallException ENOENT or ECONNREFUSED if no process listens there
   */
  public static TakeOver from(String path, ForwardingPorts ports, HandOverSteps steps) {
    HandOverRehearsal.ofTaking();
    HandOverChannel channel = connect(path);
    TakeOver taking = new TakeOver(channel, ports, steps);
    try {
      if (!HandOverServer.mayTake(channel.peerUser())) {
        throw new HandOverException(
            "user " + channel.peerUser() + " listens at " + path + ": expected root or this one");
      }
      // the first line of a log takes a JVM longer than a hand-over
      Log.info(TakeOver.class, "the ports are being taken over from who listens at " + path);
      taking.take();
      return taking;
    } catch (RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private static HandOverChannel connect(String path) {
    FileDescriptor socket = UnixAddress.socket();
    try {
      SystemCallException.check(UnixAddress.connect(socket.value(), path), "connect", path);
      return new HandOverChannel(socket);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private void take() {
    HandOverWriter hello =
        new HandOverWriter().number(HandedPorts.OLDEST).number(HandedPorts.VERSION);
    boolean isTaken = false;
    try {
      say(HandOverKind.HELLO, hello);
      steps.reached("asked");
      try (Received offer = require(HandOverKind.OFFER, OFFER_MILLIS)) {
        restore(offer.reader());
      }
      steps.reached("restored");
      say(HandOverKind.PREPARED, new HandOverWriter());
      steps.reached("prepared");
      long begin;
      try (Received given = require(HandOverKind.GIVEN, GIVE_MILLIS)) {
        begin = bases(given.reader());
      }
      steps.reached("received");
      requireTaken();
      isTaken = true;
      CountDownLatch started = new CountDownLatch(restored.size());
      for (BackendHandOver backend : backends) {
        backend.start(true, true, started);
      }
      steps.reached("took");
      await(started);
      uplinks.release();
      pauseNanos = System.nanoTime() - begin; // the clock of the whole host
      ports.adopt(restored);
      Log.info(
          TakeOver.class,
          String.format(
              "%d ports were taken over from process %d, %.1f ms after they stopped there",
              restored.size(), formerProcess, pauseNanos / 1e6));
      steps.reached("started");
    } finally {
      if (!isTaken) {
        restored.forEach(TakeOver::letGo);
        uplinks.closeUnused();
        if (listener != null) {
          listener.abandon();
        }
      }
    }
  }

  /** They start in any case: this is for what is said of them. */
  private static void await(CountDownLatch started) {
    try {
      if (!started.await(GIVE_MILLIS, TimeUnit.MILLISECONDS)) {
        Log.warning(TakeOver.class, "not all rings that were taken over have started in time");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void letGo(ForwardingPort port) {
    try {
      port.abandon();
    } catch (RuntimeException e) {
      Log.warning(TakeOver.class, "a port that was not taken over stays open: " + e, e);
    }
  }

  private void say(HandOverKind kind, HandOverWriter writer) {
    if (!channel.send(kind, writer, OFFER_MILLIS)) {
      try (Received answer = channel.receive(OFFER_MILLIS)) {
        throw answer == null || answer.kind() != HandOverKind.WITHDRAWN
            ? HandOverException.ended(ENDED)
            : new HandOverException(answer.reader().text());
      }
    }
  }

  private Received require(HandOverKind kind, long millis) {
    Received received = channel.receive(millis);
    if (received == null) {
      throw HandOverException.ended(ENDED);
    }
    if (received.kind() == kind) {
      return received;
    }
    try (received) {
      throw new HandOverException(
          received.kind() == HandOverKind.WITHDRAWN
              ? "the other process keeps its ports: " + received.reader().text()
              : "the other process says " + received.kind() + ", not " + kind);
    }
  }

  private void restore(HandOverReader reader) {
    int version = reader.number();
    if (version < HandedPorts.OLDEST || version > HandedPorts.VERSION) {
      throw new HandOverException("format version " + version + " is not known here");
    }
    formerProcess = reader.longNumber();
    listener = ListeningSocket.restore(reader);
    uplinks.restore(reader);
    int count = reader.count(HandedPorts.MAX_PORTS);
    for (int i = 0; i < count; i++) {
      ServedPort port = HandedPorts.read(reader);
      ForwardingPort made = ports.restore(port, reader, uplinks.get(reader.number()));
      uplinks.add(made);
      restored.add(made);
      backends.add(made.handOver());
    }
    reader.requireEnd();
  }

  private long bases(HandOverReader reader) {
    long begin = reader.longNumber();
    for (BackendHandOver backend : backends) {
      int[] bases = new int[reader.count(HandedPorts.MAX_PORTS)];
      for (int i = 0; i < bases.length; i++) {
        bases[i] = reader.number();
      }
      // None where the frontend's memory could not be had: it is cut off, and the others go on.
      if (backend.rings() != 0 && bases.length != backend.rings()) {
        throw new HandOverException(bases.length + " rings instead of " + backend.rings());
      }
      backend.bases(bases);
    }
    restored.forEach(port -> port.guest().restoreTokens(reader));
    uplinks.restorePositions(reader);
    reader.requireEnd();
    return begin;
  }

  /**
   * Says TAKEN. If that is not accepted, and the connection ends without a word, the other process
   * has ended after it stopped all rings.
   */
  private void requireTaken() {
    if (channel.send(HandOverKind.TAKEN, new HandOverWriter(), GIVE_MILLIS)) {
      return;
    }
    try (Received answer = channel.receive(GIVE_MILLIS)) {
      if (answer != null) {
        throw new HandOverException(
            "the other process keeps its ports: "
                + (answer.kind() == HandOverKind.WITHDRAWN ? answer.reader().text() : ""));
      }
    }
  }

  /** How many ports were taken over. */
  public int ports() {
    return restored.size();
  }

  /** From the first ring's stop there to the last one's start here. */
  public long pauseNanos() {
    return pauseNanos;
  }

  /** The hand-over socket, which was taken over too; the caller's. */
  public ListeningSocket listener() {
    return listener;
  }

  /**
   * Waits until the other process has ended.
   *
   * @return false if it has not in that time
   */
  public boolean awaitEnd(long millis) {
    try (Received anything = channel.receive(millis)) {
      return anything == null;
    } catch (HandOverException stillThere) {
      return false;
    }
  }

  /** Ends the connection; the ports stay. */
  @Override
  public void close() {
    channel.close();
  }
}
