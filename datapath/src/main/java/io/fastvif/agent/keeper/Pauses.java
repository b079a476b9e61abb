package io.fastvif.agent.keeper;

import java.time.Duration;
import java.util.concurrent.Future;

/**
 * How long a VIF is left alone after a repair that failed or did not last: twice as long each time,
 * until nothing was wrong for a while. Keeper's thread's.
 */
final class Pauses {
  /** An event ends a pause of which such a part is over. */
  private static final int EVENT_PART = 16;

  private final KeeperOptions options;
  private final KeeperCounters counters;
  private volatile Duration next = Duration.ZERO;
  private Duration current = Duration.ZERO;
  private long lastTrouble;
  private long end;
  private volatile Future<?> timer;

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
    current = pause;
    Duration doubled = pause.isZero() ? options.firstPause() : pause.multipliedBy(2);
    next = doubled.compareTo(options.longestPause()) > 0 ? options.longestPause() : doubled;
    return pause;
  }

  /** The same after a failure: it is never tried again at once. */
  Duration takeAfterFailure(long now) {
    Duration pause = take(now);
    return pause.isZero() ? take(now) : pause;
  }

  /**
   * What is left of a pause that an event ends, which is much shorter, but grows too: events come
   * in storms, and some are of what was tried itself. Zero or less if it is over.
   */
  Duration leftAfterEvent(long now) {
    Duration part = current.dividedBy(EVENT_PART);
    Duration pause = part.compareTo(options.firstPause()) < 0 ? options.firstPause() : part;
    return pause.minusNanos(now - lastTrouble);
  }

  /** Begins anew: somebody has asked for something. */
  void reset() {
    next = Duration.ZERO;
    cancel();
  }

  /** Whether there is nothing to begin anew; from any thread. */
  boolean areReset() {
    return next.isZero() && timer == null;
  }

  /** Whether it is going to be tried again. */
  boolean isTimed() {
    return timer != null;
  }

  /** Whether it is going to be tried again that soon. */
  boolean endsWithin(Duration time, long now) {
    return isTimed() && end - now <= time.toNanos();
  }

  /** It is going to be tried again, at {@link System#nanoTime()}. */
  void timed(long when, Future<?> pending) {
    cancel();
    end = when;
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
