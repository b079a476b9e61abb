package io.fastvif.ovsdb;

import java.time.Duration;

/**
 * Which of the servers is connected to or tried next, when, and how long it may say nothing. The
 * pause between attempts grows once all servers have been tried in vain. Used by the client's
 * thread alone.
 */
final class ServerAttempts {
  private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();
  private static final long MAX_PAUSE = Duration.ofSeconds(2).toNanos();
  private static final long HANDSHAKE = Duration.ofSeconds(10).toNanos();

  /** How long the first of several servers may say nothing before the next is tried. */
  private static final long FIRST_PATIENCE = Duration.ofSeconds(1).toNanos();

  private static final int MAX_DOUBLINGS = 4;

  private final OvsdbRemotes remotes;
  private int server;

  /** How many attempts have failed since a connection was last usable. */
  private int failures;

  /** How many of them, one after the other, ended because the two sides do not trust each other. */
  private int refusals;

  private long pause;
  private long next;

  ServerAttempts(OvsdbRemotes remotes) {
    this.remotes = remotes;
  }

  private int servers() {
    return remotes.addresses().size();
  }

  /** The server that is connected to, or tried next. */
  OvsdbAddress address() {
    return remotes.addresses().get(server);
  }

  /** When the next attempt may begin, as of {@link System#nanoTime}. */
  long next() {
    return next;
  }

  /** How long a server may say nothing, in nanoseconds; less where there is another one to try. */
  long patience() {
    return servers() == 1
        ? HANDSHAKE
        : Math.min(HANDSHAKE, FIRST_PATIENCE << Math.min(failures / servers(), MAX_DOUBLINGS));
  }

  /** A connection is usable: what failed before no longer counts. */
  void succeeded() {
    pause = 0;
    failures = 0;
    refusals = 0;
  }

  /**
   * A connection or an attempt ended with an exception.
   *
   * @param refused whether another attempt with that server would end the same way
   */
  void ended(boolean refused) {
    refusals = refused ? refusals + 1 : 0;
  }

  /** Whether every server was tried and has refused. */
  boolean areHopeless() {
    return refusals >= servers();
  }

  /** The next attempt is with the next server. */
  void moveOn() {
    server = (server + 1) % servers();
    if (failures++ % servers() == 0) { // the pause grows once they have all been tried
      pause = Math.clamp(2 * pause, FIRST_PAUSE, MAX_PAUSE);
    }
    next = System.nanoTime() + (failures % servers() == 0 ? pause : FIRST_PAUSE);
  }
}
