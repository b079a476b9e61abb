package io.fastvif.agent.metrics;

import io.fastvif.forward.Residence;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The bounds that values are counted by in Prometheus' histograms. */
final class Buckets {
  private static final long MICRO = 1_000;
  private static final double NANOS = 1e9;

  /** Durations, counted in nanoseconds and shown in seconds: from 100 microseconds to 10 s. */
  static final Buckets SECONDS =
      new Buckets(
          NANOS,
          100 * MICRO,
          250 * MICRO,
          500 * MICRO,
          1_000 * MICRO,
          2_500 * MICRO,
          5_000 * MICRO,
          10_000 * MICRO,
          25_000 * MICRO,
          50_000 * MICRO,
          100_000 * MICRO,
          250_000 * MICRO,
          500_000 * MICRO,
          1_000_000 * MICRO,
          2_500_000 * MICRO,
          10_000_000 * MICRO);

  /** How many go together. */
  static final Buckets COUNTS = new Buckets(1, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000);

  /** Frames of a burst. */
  static final Buckets BURSTS = new Buckets(1, 1, 2, 4, 8, 16, 32, 64);

  /** How long bursts stay, counted in nanoseconds and shown in seconds, by their own bounds. */
  static final Buckets RESIDENCE = new Buckets(NANOS, Residence.bounds());

  private final double scale;
  private final long[] bounds;

  private Buckets(double scale, long... bounds) {
    this.scale = scale;
    this.bounds = bounds;
  }

  /** How many buckets there are; the last has no bound. */
  int size() {
    return bounds.length + 1;
  }

  /** The bucket of a value. */
  int of(long value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    return bucket;
  }

  /** The upper bounds in the unit that is shown, the last infinite. */
  double[] shownBounds() {
    double[] shown = new double[size()];
    for (int i = 0; i < bounds.length; i++) {
      shown[i] = bounds[i] / scale;
    }
    shown[bounds.length] = Double.POSITIVE_INFINITY;
    return shown;
  }

  /** A sum of values in the unit that is shown. */
  double shown(double sum) {
    return sum / scale;
  }

  /** How many values are in each bucket, as exactly as the histogram knows them. */
  long[] counts(Histogram values) {
    long[] counts = new long[size()];
    for (HistogramIterationValue each : values.recordedValues()) {
      counts[of(middle(values, each))] += each.getCountAtValueIteratedTo();
    }
    return counts;
  }

  /** The sum of all values, as exactly as the histogram knows them. */
  static double sum(Histogram values) {
    double sum = 0;
    for (HistogramIterationValue each : values.recordedValues()) {
      sum += (double) middle(values, each) * each.getCountAtValueIteratedTo();
    }
    return sum;
  }

  private static long middle(Histogram values, HistogramIterationValue each) {
    return values.medianEquivalentValue(each.getValueIteratedTo());
  }
}
