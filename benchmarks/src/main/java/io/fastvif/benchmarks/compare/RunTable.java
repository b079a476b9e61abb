package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Latency;
import io.fastvif.benchmarks.report.Result;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what runs have measured, in the order in which each was first measured. */
final class RunTable {
  private static final double NANOS_PER_MICRO = 1e3;

  private final PrintWriter progress;
  private final Map<Row, List<Double>> micros = new LinkedHashMap<>();
  private final Map<Row, Latency> latencies = new LinkedHashMap<>();
  private final Map<Row, String> problems = new LinkedHashMap<>();

  /** What is measured of whom. */
  record Row(String workload, String system, String operation, int vifs) {
    @Override
    public String toString() {
      return workload + ", " + vifs + " VIFs, " + system + ", " + operation;
    }
  }

  /**
   * @param progress is told of each run
   */
  RunTable(PrintWriter progress) {
    this.progress = progress;
  }

  /** A run on all VIFs of a row. */
  void add(Row row, long nanos) {
    double each = nanos / NANOS_PER_MICRO / row.vifs;
    micros.computeIfAbsent(row, key -> new ArrayList<>()).add(each);
    say(row, String.format(Locale.ROOT, "%.0f us per VIF", each));
  }

  /** Single operations; their median is the row's figure. */
  void add(Row row, Latency latency) {
    latencies.put(row, latency);
    micros.put(row, List.of(latency.p50()));
    say(row, String.format(Locale.ROOT, "p50 %.0f us, p99 %.0f us", latency.p50(), latency.p99()));
  }

  /** There is no figure, even if some runs went well. */
  void failed(Row row, Exception problem) {
    String reason = problem.getMessage() == null ? problem.toString() : problem.getMessage();
    micros.computeIfAbsent(row, key -> new ArrayList<>());
    problems.put(row, reason);
    say(row, reason);
  }

  private void say(Row row, String what) {
    progress.println(row + ": " + what);
    progress.flush();
  }

  boolean hasFailed() {
    return !problems.isEmpty();
  }

  /** The rows of the report. */
  List<Result> results() {
    List<Result> results = new ArrayList<>();
    micros.forEach(
        (row, runs) ->
            results.add(
                Result.ofRuns(
                    row.workload,
                    row.system,
                    row.operation,
                    row.vifs,
                    runs,
                    latencies.get(row),
                    problems.get(row))));
    return results;
  }
}
