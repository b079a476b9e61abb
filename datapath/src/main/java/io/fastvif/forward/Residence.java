package io.fastvif.forward;

import java.util.Arrays;

/**
 * How long bursts of frames stayed, from the look that found them to their end, delivered or
 * dropped: waits for the receiver's buffers included, what they waited in a ring before not. One
 * burst in 64 is measured. Never changes.
 */
public final class Residence {
  /** Nothing was measured. */
  public static final Residence NONE = new Residence(new long[Residence.BUCKETS], 0);

  /** How many buckets there are; the last has no bound. */
  static final int BUCKETS = 21;

  /** The first bucket's bound, as a power of two: 256 ns. Each has twice that of the one before. */
  private static final int FIRST_BITS = 8;

  private final long[] counts;
  private final long sum;

  Residence(long[] counts, long sum) {
    this.counts = counts;
    this.sum = sum;
  }

  /** The bucket of a duration. */
  static int bucket(long nanos) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, nanos - 1));
    return Math.min(BUCKETS - 1, Math.max(0, bits - FIRST_BITS));
  }

  /** The upper bounds of all buckets but the last, in nanoseconds: from 256 ns to 134 ms. */
  public static long[] bounds() {
    long[] bounds = new long[BUCKETS - 1];
    Arrays.setAll(bounds, bucket -> 1L << (FIRST_BITS + bucket));
    return bounds;
  }

  /** How many bursts each bucket has. */
  public long[] counts() {
    return counts.clone();
  }

  /** How many bursts were measured. */
  public long count() {
    return Arrays.stream(counts).sum();
  }

  /** How long all of them together stayed, in nanoseconds. */
  public long sumNanos() {
    return sum;
  }

  /** Both together. */
  public Residence plus(Residence other) {
    long[] sums = counts.clone();
    Arrays.setAll(sums, bucket -> sums[bucket] + other.counts[bucket]);
    return new Residence(sums, sum + other.sum);
  }
}
