package io.fastvif.benchmarks.vhostuser;

import java.util.List;
import java.util.Locale;

/**
 * Where the middle half of some numbers lies.
 *
 * @param first a quarter are below it
 * @param median the middle one
 * @param third a quarter are above it
 */
record Quartiles(double first, double median, double third) {
  private static final double QUARTER = 0.25;
  private static final double HALF = 0.5;

  /** Of at least one number. */
  static Quartiles of(List<Double> numbers) {
    List<Double> sorted = numbers.stream().sorted().toList();
    return new Quartiles(at(sorted, QUARTER), at(sorted, HALF), at(sorted, HALF + QUARTER));
  }

  private static double at(List<Double> sorted, double part) {
    double place = part * (sorted.size() - 1);
    int below = (int) place;
    double low = sorted.get(below);
    double high = sorted.get(Math.min(below + 1, sorted.size() - 1));
    return low + (place - below) * (high - low);
  }

  /** As a cell of a table. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, first, third);
  }
}
