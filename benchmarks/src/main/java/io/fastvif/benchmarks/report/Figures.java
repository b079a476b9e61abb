package io.fastvif.benchmarks.report;

import java.util.Locale;

/** Figures as a reader wants them: three significant digits or so, and thousands set apart. */
final class Figures {
  /** Where a figure would be, and there is none. */
  static final String NONE = "–";

  private static final double WHOLE_FROM = 100;
  private static final double ONE_DECIMAL_FROM = 10;

  private Figures() {}

  /** Microseconds, without the unit. */
  static String micros(double micros) {
    if (!Double.isFinite(micros)) {
      return NONE;
    }
    String form = micros >= WHOLE_FROM ? "%,.0f" : micros >= ONE_DECIMAL_FROM ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, form, micros);
  }

  /** A number of times, as in 4.2×. */
  static String times(double ratio) {
    return micros(ratio) + "×";
  }

  /** A number of things. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A number of VIFs, with the word. */
  static String vifs(int vifs) {
    return count(vifs) + (vifs == 1 ? " VIF" : " VIFs");
  }

  /** The text with its first letter in upper case. */
  static String sentence(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
