package io.fastvif.forward;

/** One direction of one queue of a pair. Its loop's thread uses it. */
abstract class Flow {
  /** Frames of one poll at most: few enough to stay in the first-level cache. */
  static final int BURST = 64;

  final FlowCounters counters = new FlowCounters();
  private final String name;
  private final int queue;
  private boolean failed;

  Flow(String name, int queue) {
    this.name = name;
    this.queue = queue;
  }

  final String name() {
    return name;
  }

  /**
   * Moves what there is, at most a burst.
   *
   * @return how many frames it dealt with
   */
  abstract int poll();

  /**
   * Asks to be woken when there is something to do.
   *
   * @return false if there is already, and the loop must not sleep
   */
  abstract boolean beforeSleep();

  /** The loop is awake, and asks for no more notifications. */
  abstract void afterSleep();

  /** Whether there is something to do that nobody will notify of: sleep is to be short. */
  abstract boolean needsTimer();

  /**
   * How many milliseconds it is to wait for a port's rate, as of {@link RateLimiter#waitMillis}:
   * sleep is to be no longer.
   */
  int waitMillis() {
    return RateLimiter.NOT_WAITING;
  }

  /** It has thrown something and is not polled any more. */
  final void failed() {
    failed = true;
  }

  final boolean hasFailed() {
    return failed;
  }

  final FlowStatistics statistics() {
    return counters.snapshot(name, queue);
  }
}
