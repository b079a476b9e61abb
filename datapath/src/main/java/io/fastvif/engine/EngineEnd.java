package io.fastvif.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of an engine, which whoever closes it waits for. */
final class EngineEnd {
  private static final Duration GRACE = Duration.ofMillis(500);

  /** Of an engine in a group; one with a thread of its own ends with that. */
  private final CountDownLatch left = new CountDownLatch(1);

  /** The engine has left its group. */
  void reached() {
    left.countDown();
  }

  boolean isReached() {
    return left.getCount() == 0;
  }

  /**
   * Waits for it, and for half a second more for what is overdue to be given up.
   *
   * @param own the engine's thread; null in a group
   * @param wake has the engine look what is overdue
   */
  boolean await(Thread own, Duration bound, Runnable wake) {
    try {
      if (hasEnded(own, bound)) {
        return true;
      }
      wake.run();
      return hasEnded(own, GRACE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean hasEnded(Thread own, Duration bound) throws InterruptedException {
    return own == null ? left.await(bound.toNanos(), TimeUnit.NANOSECONDS) : own.join(bound);
  }
}
