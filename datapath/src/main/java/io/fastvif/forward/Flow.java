package io.fastvif.forward;

import io.fastvif.capture.CaptureInput;
import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** One direction of one queue of a pair. Its loop's thread uses it. */
abstract class Flow {
  /** Frames of one poll at most: few enough to stay in the first-level cache. */
  static final int BURST = 64;

  final FlowCounters counters = new FlowCounters();
  final ResidenceSample residence = new ResidenceSample();
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

  /**
   * Hands the frames of a burst on.
   *
   * @param to takes them
   * @param n how many there are
   * @param features the sender's
   * @param patience for those that the receiver has no buffers for; null where they stay with the
   *     sender for as long as it likes
   * @return how many the sender is done with, because they were delivered or dropped
   */
  final int hand(FrameSink to, BufferBurst burst, int n, long features, Patience patience) {
    boolean isHeld = patience != null && patience.isHeld();
    if (patience != null && !isHeld) {
      counters.segments = 0; // of a frame that went with its ring
    }
    boolean isTimed = residence.begins(isHeld);
    FrameTap tap = counters.tap;
    if (tap != null) {
      tap.begin();
    }
    int done = to.accept(burst, n, features, counters);
    if (patience != null) {
      done = patience.hold(n, done, to, counters);
    }
    if (tap != null) {
      tap.saw(burst, done, VirtioNetHeader.length(features));
    }
    if (isTimed && done > 0) {
      counters.resided(residence.end());
    }
    return done;
  }

  /** Shows its frames to a capture too; the loop's thread. */
  final void capture(CaptureInput capture, boolean outbound) {
    counters.tap = FrameTap.with(counters.tap, capture, outbound, queue);
  }

  /** Shows its frames to a capture no more; the loop's thread. */
  final void uncapture(CaptureInput capture) {
    counters.tap = FrameTap.without(counters.tap, capture);
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
