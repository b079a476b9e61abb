package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.EFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static io.fastvif.bindings.linux.linux_h.POLLIN;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.Polling;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.trace.Log;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.ListeningSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The socket at which a process hands its ports over to another, {@link TakeOver}. It has mode
 * 0600, and only root and the process's own user are listened to. It is handed over itself, so it
 * stays where it is.
 */
public final class HandOverServer implements AutoCloseable {
  private static final int MODE = 0600;
  private static final long CLOSE_MILLIS = 10_000;

  private final ListeningSocket listener;
  private final ForwardingPorts ports;
  private final HandOverSteps steps;
  private final Runnable whenGiven;
  private final FileDescriptor waker;
  private final Thread thread = new Thread(this::run, "fastvif-hand-over");
  private volatile boolean closing;
  private volatile boolean given;

  /** To the process that has the ports now. */
  private volatile HandOverChannel kept;

  private HandOverServer(
      ListeningSocket listener, ForwardingPorts ports, HandOverSteps steps, Runnable whenGiven) {
    this.listener = listener;
    this.ports = ports;
    this.steps = steps;
    this.whenGiven = whenGiven;
    waker = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Listens.
   *
   * @param path where
   * @param ports what is handed over
   * @param steps hears how far it is
   * @param whenGiven called once, by a thread of this, when another process has the ports
   * @throws io.fastvif.vhostuser.session.SocketException if there can be no such socket
   */
  public static HandOverServer listen(
      String path, ForwardingPorts ports, HandOverSteps steps, Runnable whenGiven) {
    return on(
        ListeningSocket.open(
            new ListenOptions(path, MODE, ListenOptions.UNCHANGED, ListenOptions.UNCHANGED)),
        ports,
        steps,
        whenGiven);
  }

  /**
   * Listens on a socket that was taken over.
   *
   * @param listener as {@link TakeOver} has got it
   */
  public static HandOverServer on(
      ListeningSocket listener, ForwardingPorts ports, HandOverSteps steps, Runnable whenGiven) {
    return new HandOverServer(listener, ports, steps, whenGiven);
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(2L * Polling.ENTRY_SIZE, Integer.BYTES);
      put(entries, 0, listener.descriptor());
      put(entries, Polling.ENTRY_SIZE, waker.value());
      while (!closing && !given) {
        Polling.poll(entries, 2, -1);
        int socket = closing ? -1 : listener.accept();
        if (socket >= 0) {
          attempt(new HandOverChannel(FileDescriptor.of(socket)));
        }
      }
    }
  }

  private static void put(MemorySegment entries, long offset, int descriptor) {
    entries.set(ValueLayout.JAVA_INT, offset + Polling.ENTRY_DESCRIPTOR_OFFSET, descriptor);
    entries.set(ValueLayout.JAVA_SHORT, offset + Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  private void attempt(HandOverChannel channel) {
    try {
      if (!mayTake(channel.peerUser())) {
        Log.warning(
            HandOverServer.class, "user " + channel.peerUser() + " may not take the ports over");
        channel.close();
        return;
      }
      PortsGiver giver = new PortsGiver(ports, listener, channel, steps);
      given = giver.give();
      if (given) {
        listener.abandon();
        // It stays open until this is closed, by which the other one notices that.
        kept = channel;
        whenGiven.run();
      } else if (giver.mayClose()) {
        channel.close();
      }
    } catch (RuntimeException | Error e) {
      Log.warning(HandOverServer.class, "a hand-over has failed: " + e, e);
    }
  }

  /** Whether a user may have guests' memory. */
  static boolean mayTake(int user) {
    return user == 0 || user == Namespaces.geteuid();
  }

  /** Whether another process has the ports. */
  public boolean isGiven() {
    return given;
  }

  /**
   * Hands nothing over any more; a hand-over that is under way ends first. Who has the ports does
   * not notice before {@link #close}.
   */
  public void stop() {
    if (!waker.isOpen()) {
      return;
    }
    closing = true;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
      FileIo.write(waker.value(), one, Long.BYTES);
    }
    boolean isInterrupted = false;
    try {
      if (Thread.currentThread() != thread) {
        thread.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    if (!given) {
      listener.close();
    }
    if (!thread.isAlive()) {
      waker.close();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops; who has the ports notices that. */
  @Override
  public void close() {
    stop();
    if (!thread.isAlive() && kept != null) {
      kept.close();
    }
  }
}
