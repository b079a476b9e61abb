package io.fastvif.benchmarks.vhostuser;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What was measured of one system at one load, several times; medians. */
final class IdleRow {
  static final String TITLE =
      """

      | | load | frames/s | processor time | ns a frame | wake-ups/s | kicks a frame | p50, us | p99, us | lost |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      """;

  private static final double HALF = 0.5;
  private static final double MOST = 0.99;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double PERCENT = 100;

  /**
   * One time.
   *
   * @param sample what the driver saw
   * @param load what the backend used meanwhile
   * @param nanos of that
   */
  record Measured(PacedSample sample, ProcessLoad load, long nanos) {
    double processor() {
      return load.processorNanos() / (double) nanos;
    }
  }

  private IdleRow() {}

  /** The row of a table. */
  static String of(String system, int percent, List<Measured> all) {
    String cells =
        String.format(
            Locale.ROOT,
            "| %s | %d %% | %.0f | %.1f %% | ",
            system,
            percent,
            median(all, each -> each.sample().rate()),
            median(all, each -> each.processor() * PERCENT));
    double wakeUps = median(all, each -> each.load().wakeUps() * NANOS_PER_SECOND / each.nanos());
    if (percent == 0) {
      return cells + String.format(Locale.ROOT, "| %.0f | | | | |", wakeUps);
    }
    return cells
        + String.format(
            Locale.ROOT,
            "%.0f | %.0f | %.3f | %.1f | %.1f | %.0f |",
            median(
                all,
                each ->
                    each.load().processorNanos() / (double) Math.max(1, each.sample().received())),
            wakeUps,
            median(all, each -> each.sample().kicks() / (double) Math.max(1, each.sample().sent())),
            median(all, each -> each.sample().latencyMicros(HALF)),
            median(all, each -> each.sample().latencyMicros(MOST)),
            median(all, each -> each.sample().lost()));
  }

  private static double median(List<Measured> all, ToDoubleFunction<Measured> of) {
    return Quartiles.of(all.stream().mapToDouble(of).boxed().toList()).median();
  }
}
