package io.fastvif.ovsdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waits for the server, and sees whether the selector tells of what the server says: the JDK
 * ignores an epoll_ctl(2) that fails (ENOMEM, or ENOSPC at fs.epoll.max_user_watches). All but
 * {@link #wake} is for the client's thread alone.
 */
final class ServerWait {
  /** How long to believe the selector that an awaited answer has not come, in nanoseconds. */
  static final long TRUST = Duration.ofMillis(500).toNanos();

  /** How often in a row it may be wrong: the answer can come just after it was asked. */
  private static final int MAX_MISSED = 2;

  private final Selector selector;
  private boolean isSilent;
  private int missed;

  ServerWait() {
    try {
      selector = Selector.open();
    } catch (IOException failure) {
      throw new UncheckedIOException("epoll_create(): " + failure.getMessage(), failure);
    }
  }

  /** What channels are registered with. */
  Selector selector() {
    return selector;
  }

  /** Ends a wait, or the next one. From any thread. */
  void wake() {
    selector.wakeup();
  }

  /**
   * Waits until the server says something, somebody wakes this, or the time is over.
   *
   * @param millis 0 for ever
   * @param woken asked behind the wait, whether somebody has woken this
   */
  void await(long millis, BooleanSupplier woken) throws IOException {
    isSilent = selector.select(millis) == 0 && (woken.getAsBoolean() || selector.selectNow() == 0);
    selector.selectedKeys().clear();
    if (!isSilent) {
      missed = 0;
    }
  }

  /**
   * Says what came of the wait.
   *
   * @param woken whether somebody woke this
   * @param hasHeard whether the server had said something
   * @throws IOException if the selector keeps that to itself
   */
  void check(boolean woken, boolean hasHeard) throws IOException {
    if (isSilent && !woken && hasHeard && ++missed == MAX_MISSED) {
      missed = 0;
      throw new IOException("the selector does not tell of what the server says");
    }
  }

  /** Releases the descriptors. */
  void close() {
    try {
      selector.close();
    } catch (IOException nothingMoreIsWanted) {
      // they are released all the same
    }
  }
}
