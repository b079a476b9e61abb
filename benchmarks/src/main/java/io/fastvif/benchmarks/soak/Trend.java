package io.fastvif.benchmarks.soak;

import java.util.Arrays;

/**
 * Whether a reading grows: the first third of all readings is the warm-up, and the medians of the
 * first and the last half of the rest are compared. A leak is seen as soon as it is larger than the
 * noise; single readings do not count.
 */
final class Trend {
  /** With fewer readings than this after the warm-up nothing is said. */
  private static final int FEWEST = 12;

  private long[] values = new long[64];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  /** By how much the reading has grown; 0 while there are too few to say. */
  long growth() {
    int warm = size / 3;
    int half = (size - warm) / 2;
    if (size - warm < FEWEST) {
      return 0;
    }
    return median(size - half, size) - median(warm, warm + half);
  }

  private long median(int from, int to) {
    long[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
