package io.fastvif.portprofile;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Until when somebody who does not tell is asked again and again. */
final class Deadline {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int seconds;
  private final long end;

  Deadline(int seconds) {
    this.seconds = seconds;
    end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /**
   * Waits until it is time to ask again; false if there is no time left, or the thread is asked to
   * end.
   */
  boolean pause() {
    if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
      return false;
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return true;
  }

  int seconds() {
    return seconds;
  }
}
