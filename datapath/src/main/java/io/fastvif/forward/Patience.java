package io.fastvif.forward;

/**
 * How long frames wait at their sender while the receiver has no free buffers, or gets no more than
 * its rate; then they are dropped.
 */
final class Patience {
  /** Longer than a guest is away from a processor that it shares. */
  private static final long NANOS = 10_000_000;

  private boolean held;
  private long heldSince;

  /** How many segments of the first frame that waits the receiver has. */
  private int segments;

  /** There are no frames that wait. */
  void reset() {
    held = false;
  }

  /** Whether frames wait. */
  boolean isHeld() {
    return held;
  }

  /**
   * Holds frames that the receiver did not take, for a while.
   *
   * @param n how many frames there are
   * @param done how many of them the receiver took
   * @param to the receiver
   * @param counters take what is dropped
   * @return how many the sender is done with
   */
  int hold(int n, int done, FrameSink to, FlowCounters counters) {
    if (done == n) {
      held = false;
      return n;
    }
    long now = System.nanoTime();
    if (done > 0 || !held || counters.segments != segments) {
      held = true;
      segments = counters.segments;
      heldSince = now;
      return done;
    }
    if (now - heldSince < NANOS) {
      return 0;
    }
    // They stay held, so that what follows does not wait as long again.
    counters.dropped(to.heldBy(), n);
    counters.segments = 0;
    return n;
  }
}
