package io.fastvif.forward;

import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vif.RateLimit;
import org.agrona.concurrent.NanoClock;

/**
 * Limits what passes a port in one direction, by all of its queues together. The loop's thread uses
 * it; nothing else knows of time. Bytes count as they pass: without virtio-net headers, and of a
 * frame that is to be segmented its headers once.
 */
final class RateLimiter {
  /** Whoever waits for tokens looks again at that time. */
  static final int NOT_WAITING = Integer.MAX_VALUE;

  private static final long MILLI = 1_000_000;

  /** So long is a burst at the peak rate whatever the limit: a loop sleeps whole milliseconds. */
  private static final int PEAK_PART = 250;

  private static final long MIN_PEAK_BURST = 2048;

  /** Frames wait for that part of a second at the average rate, where somebody keeps them. */
  private static final int BACKLOG_PART = 10;

  /** Or a frame of the largest size would not wait, nor a few of the usual at a low rate. */
  private static final int MIN_BACKLOG = 128 << 10;

  private final NanoClock clock;
  private final int backlogBytes;
  private final TokenBucket average;

  /** Null without a peak rate. */
  private final TokenBucket peak;

  /** A sleep of a millisecond, and one of an unpunctual kernel, let no token be lost. */
  private final boolean maySleep;

  /**
   * Makes a limiter.
   *
   * @param former whose place it takes, so that a change of the limit is no reason for a burst;
   *     null for none
   */
  RateLimiter(RateLimit limit, NanoClock clock, RateLimiter former) {
    this.clock = clock;
    backlogBytes = Math.clamp(limit.average() / BACKLOG_PART, MIN_BACKLOG, DelayedFrames.MAX_BYTES);
    long now = clock.nanoTime();
    average = new TokenBucket(limit.average(), limit.burst(), now);
    long peakBurst = Math.max(MIN_PEAK_BURST, limit.peak() / PEAK_PART);
    peak = limit.peak() == 0 ? null : new TokenBucket(limit.peak(), peakBurst, now);
    maySleep = average.fillNanos() >= 2 * MILLI && (peak == null || peak.fillNanos() >= 2 * MILLI);
    if (former != null) {
      former.fill();
      average.inherit(former.average);
      if (peak != null && former.peak != null) {
        peak.inherit(former.peak);
      }
    }
  }

  private void fill() {
    long now = clock.nanoTime();
    average.fill(now);
    if (peak != null) {
      peak.fill(now);
    }
  }

  /** Writes how many tokens there were when frames passed last, while none pass. */
  static void save(RateLimiter limiter, HandOverWriter writer) {
    boolean hasPeak = limiter != null && limiter.peak != null;
    writer.number(limiter == null ? Long.MAX_VALUE : limiter.average.tokens());
    writer.number(hasPeak ? limiter.peak.tokens() : Long.MAX_VALUE);
  }

  /** Has no more tokens than another had. */
  void atMost(long ofAverage, long ofPeak) {
    average.atMost(ofAverage);
    if (peak != null) {
      peak.atMost(ofPeak);
    }
  }

  /** Reads the clock; whether no frame may pass now. */
  boolean isExhausted() {
    fill();
    return !mayPass();
  }

  /** Whether another frame may pass, as of the last look at the clock. */
  boolean mayPass() {
    return tokens() > 0;
  }

  private long tokens() {
    return peak == null ? average.tokens() : Math.min(average.tokens(), peak.tokens());
  }

  /** How many bytes of frames may wait for it, where somebody copies them. */
  int backlogBytes() {
    return backlogBytes;
  }

  /** Notes that a frame has passed. */
  void pass(long bytes) {
    long counted = Math.min(bytes, TokenBucket.MAX_DEBT);
    average.take(counted);
    if (peak != null) {
      peak.take(counted);
    }
  }

  /**
   * How many frames of a burst may pass, from its first on, as of the last look at the clock.
   *
   * @param skip bytes before each frame that do not count
   */
  int admit(BufferBurst frames, int n, int skip) {
    long left = tokens();
    int i = 0;
    while (i < n && left > 0) {
      left -= bytes(frames, i, skip);
      i++;
    }
    return i;
  }

  /** Notes that the first frames of a burst have passed, or were dropped. */
  void pass(BufferBurst frames, int n, int skip) {
    for (int i = 0; i < n; i++) {
      pass(bytes(frames, i, skip));
    }
  }

  /** A buffer too short for a header gives nothing back, one that is no frame takes no more. */
  private static long bytes(BufferBurst frames, int i, int skip) {
    return Math.clamp(frames.total(i) - skip, 0, TokenBucket.MAX_DEBT);
  }

  /**
   * How many milliseconds a loop may sleep that has frames waiting for tokens: until there is one,
   * in whole milliseconds, so that several frames pass at once.
   *
   * @return 0 if it must not sleep, because more tokens would come meanwhile than there is space
   *     for; {@link #NOT_WAITING} if there are tokens
   */
  int waitMillis() {
    if (mayPass()) {
      return NOT_WAITING;
    }
    long nanos = Math.max(average.nanosToToken(), peak == null ? 0 : peak.nanosToToken());
    return maySleep ? (int) Math.min((nanos - 1) / MILLI + 1, NOT_WAITING - 1) : 0;
  }
}
