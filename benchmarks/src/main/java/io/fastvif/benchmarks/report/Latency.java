package io.fastvif.benchmarks.report;

import java.util.List;

/**
 * How long single operations took, in microseconds.
 *
 * @param count how many operations
 * @param p50 half of them took no longer
 * @param p99 99 of 100 took no longer
 * @param p999 999 of 1,000 took no longer
 * @param max the longest
 * @param percentiles the whole distribution, ascending; may be empty
 */
public record Latency(
    long count, double p50, double p99, double p999, double max, List<Point> percentiles) {

  /** Keeps a copy of the distribution. */
  public Latency {
    percentiles = List.copyOf(percentiles);
  }
}
