package io.fastvif.agent.keeper;

import java.time.Duration;
import java.util.concurrent.Future;

/**
 * How long a VIF is left alone after a repair that failed or did not last: twice as long each time,
 * until nothing was wrong for a while. Keeper's thread's.
 */
final class Pauses {
  private final KeeperOptions options;
  private final KeeperCounters counters;
  private Duration next = Duration.ZERO;
  private long lastTrouble;
  private Future<?> timer;

  Pauses(KeeperOptions options, KeeperCounters counters) {
    this.options = options;
    this.counters = counters;
  }

  /**
   * How long to wait now; it is longer the next time. Zero the first time after a quiet while.
   *
   * @param now {@link System#nanoTime()}
   */
  Duration take(long now) {
    if (!next.isZero() && now - lastTrouble > options.quiet().toNanos()) {
      next = Duration.ZERO;
    }
    lastTrouble = now;
    Duration pause = next;
    Duration doubled = pause.isZero() ? options.firstPause() : pause.multipliedBy(2);
    next = doubled.compareTo(options.longestPause()) > 0 ? options.longestPause() : doubled;
    return pause;
  }

  /** The same after a failure: it is never tried again at once. */
  Duration takeAfterFailure(long now) {
    Duration pause = take(now);
    return pause.isZero() ? take(now) : pause;
  }

  /** What is left of the shortest pause since the last trouble; zero or less if it is over. */
  Duration leftOfFirst(long now) {
    return options.firstPause().minusNanos(now - lastTrouble);
  }

  /** Begins anew: somebody has asked for something. */
  void reset() {
    next = Duration.ZERO;
    cancel();
  }

  /** Whether it is going to be tried again. */
  boolean isTimed() {
    return timer != null;
  }

  /** It is going to be tried again. */
  void timed(Future<?> pending) {
    cancel();
    timer = pending;
    counters.backedOff.increment();
  }

  /** It is tried now. */
  void ended() {
    timer = null;
    counters.backedOff.decrement();
  }

  /** It is not tried again by itself. */
  void cancel() {
    if (timer != null) {
      timer.cancel(false);
      ended();
    }
  }
}
