package io.fastvif.benchmarks.report;

import java.util.Locale;

/** What is written at an axis. */
final class Ticks {
  private static final double THOUSAND = 1000;
  private static final double SHORT_FROM = 10_000;
  private static final double PER_CENT = 100;

  private Ticks() {}

  /** A value, short enough to stand beside others: 5,000, then 20k. */
  static String label(double value) {
    return value >= SHORT_FROM ? plain(value / THOUSAND) + "k" : plain(value);
  }

  /** The percentile with so many nines: 0 %, 90 %, 99 %, 99.9 %. */
  static String percentile(int nines) {
    double percentile = PER_CENT - Math.pow(10, 2 - nines);
    return String.format(Locale.ROOT, "%." + Math.max(0, nines - 2) + "f", percentile) + " %";
  }

  private static String plain(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3g", value).replaceAll("0+$", "");
  }
}
