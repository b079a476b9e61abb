package io.fastvif.benchmarks.vhostuser;

import java.util.List;

/**
 * One measurement.
 *
 * @param rates frames of each second, as the frontend counted them
 * @param before nanoseconds of a cache line's round trip, before the measurement; -1 unknown
 * @param after the same, after it
 */
record Measured(List<Double> rates, long before, long after) {
  private static final double PER_MILLION = 1e-6;

  /** Million frames a second: the median of the seconds. */
  double millions() {
    return median(rates) * PER_MILLION;
  }

  static double median(List<Double> numbers) {
    if (numbers.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = numbers.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
