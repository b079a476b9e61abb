package io.fastvif.benchmarks.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Durations that were measured, in microseconds. */
final class Times {
  private static final double NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_MILLI = 1_000;
  private static final double MEDIAN = 0.5;
  private static final double LATE = 0.99;

  private final List<Double> micros = new ArrayList<>();

  void add(long nanos, int shared) {
    micros.add(nanos / NANOS_PER_MICRO / shared);
  }

  double median() {
    return at(MEDIAN);
  }

  private double at(double part) {
    List<Double> sorted = new ArrayList<>(micros);
    Collections.sort(sorted);
    return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(part * sorted.size())));
  }

  /** One duration, or the median and the 99th percentile of some. */
  @Override
  public String toString() {
    return micros.size() == 1
        ? words(micros.getFirst())
        : words(median()) + " (p99 " + words(at(LATE)) + ")";
  }

  private static String words(double micros) {
    return micros < MICROS_PER_MILLI
        ? String.format(Locale.ROOT, "%.0f us", micros)
        : String.format(Locale.ROOT, "%.1f ms", micros / MICROS_PER_MILLI);
  }
}
