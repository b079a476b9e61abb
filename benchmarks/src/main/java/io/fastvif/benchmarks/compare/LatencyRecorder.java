package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Latency;
import io.fastvif.benchmarks.report.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Collects how long operations took that arrive at a fixed rate. Corrected for coordinated
 * omission: an operation longer than the interval stands for those too that arrived behind it and
 * would have waited for it.
 */
final class LatencyRecorder {
  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final int TICKS_PER_HALF_DISTANCE = 5;
  private static final double NANOS_PER_MICRO = 1e3;

  private final Histogram histogram = new Histogram(MAX_NANOS, SIGNIFICANT_DIGITS);
  private final long intervalNanos;
  private long operations;

  LatencyRecorder(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  /** Adds operations. */
  void record(long[] nanos) {
    for (long one : nanos) {
      histogram.recordValueWithExpectedInterval(Math.min(one, MAX_NANOS), intervalNanos);
    }
    operations += nanos.length;
  }

  /** What was collected; the count is that of the operations, without those that stand in. */
  Latency latency() {
    List<Point> points = new ArrayList<>();
    for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF_DISTANCE)) {
      points.add(new Point(value.getPercentile(), value.getValueIteratedTo() / NANOS_PER_MICRO));
    }
    return new Latency(
        operations,
        micros(50),
        micros(99),
        micros(99.9),
        histogram.getMaxValue() / NANOS_PER_MICRO,
        points);
  }

  private double micros(double percentile) {
    return histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }
}
