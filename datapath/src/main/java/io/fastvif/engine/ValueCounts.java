package io.fastvif.engine;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;

/**
 * How often each value was seen, in the buckets of an HdrHistogram of two digits, so that what it
 * is read as is exactly what that would have recorded. A process may have thousands of engines, of
 * which most have little to tell: the counts of an octave are made with the first value in it. One
 * thread writes, any thread reads.
 */
final class ValueCounts {
  private static final int DIGITS = 2;

  /** Buckets per octave; the first octave begins at 0 and has twice as many. */
  private static final int BUCKETS = 128;

  private static final int BITS = 8;

  private final long max;
  private final AtomicLongArray[] octaves;

  /**
   * @param max greater values count as this one
   */
  ValueCounts(long max) {
    this.max = max;
    octaves = new AtomicLongArray[octave(max) + 1];
  }

  private static int octave(long value) {
    return Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - BITS);
  }

  /** What the first of an octave's buckets begins at, in units of the octave. */
  private static int first(int octave) {
    return octave == 0 ? 0 : BUCKETS;
  }

  void record(long value) {
    long counted = Math.clamp(value, 0, max);
    int octave = octave(counted);
    AtomicLongArray counts = octaves[octave];
    if (counts == null) {
      counts = new AtomicLongArray(octave == 0 ? 2 * BUCKETS : BUCKETS);
      octaves[octave] = counts;
    }
    int bucket = (int) (counted >>> octave) - first(octave);
    counts.setRelease(bucket, counts.getPlain(bucket) + 1); // nobody else writes it
  }

  /** All that was recorded; what comes in meanwhile may be in it or not. */
  Histogram read() {
    Histogram whole = new Histogram(max, DIGITS);
    for (int octave = 0; octave < octaves.length; octave++) {
      AtomicLongArray counts = octaves[octave];
      for (int bucket = 0; counts != null && bucket < counts.length(); bucket++) {
        long count = counts.getAcquire(bucket);
        if (count > 0) {
          whole.recordValueWithCount((long) (first(octave) + bucket) << octave, count);
        }
      }
    }
    return whole;
  }
}
