package io.fastvif.benchmarks.compare;

import java.util.concurrent.locks.LockSupport;

/** A fixed arrival rate. */
final class Pace {
  private Pace() {}

  /** Waits until a time of {@link System#nanoTime}; not at all if it has passed. */
  static void await(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
