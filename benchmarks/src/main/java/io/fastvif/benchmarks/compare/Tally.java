package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Latency;
import io.fastvif.benchmarks.report.Result;
import java.util.ArrayList;
import java.util.List;

/** What a system has done at one size so far. */
final class Tally {
  private static final double NANOS_PER_MICRO = 1e3;

  private final Workload workload;
  private final MeasuredSystem system;
  private final int vifs;
  private final List<Double> plugs = new ArrayList<>();
  private final List<Double> unplugs = new ArrayList<>();
  private String plugProblem;
  private String unplugProblem;
  private Latency latency;
  private long spentNanos;

  Tally(Workload workload, MeasuredSystem system, int vifs) {
    this.workload = workload;
    this.system = system;
    this.vifs = vifs;
  }

  /** The rows of a system that is not there. */
  static List<Result> absent(Workload workload, MeasuredSystem system, int vifs, String reason) {
    Tally tally = new Tally(workload, system, vifs);
    tally.plugProblem = reason;
    tally.unplugProblem = reason;
    return tally.results();
  }

  MeasuredSystem system() {
    return system;
  }

  void plugged(long nanos) {
    plugs.add(nanos / NANOS_PER_MICRO / vifs);
  }

  void unplugged(long nanos) {
    unplugs.add(nanos / NANOS_PER_MICRO / vifs);
  }

  /** Plugging failed; unplugging was not tried. */
  void plugFailed(String why) {
    plugProblem = why;
    unplugFailed("not measured: the VIFs were not plugged");
  }

  void unplugFailed(String why) {
    unplugProblem = why;
  }

  void latency(Latency measured) {
    latency = measured;
  }

  void spent(long nanos) {
    spentNanos += nanos;
  }

  /** Whether another run makes sense, and may be afforded. */
  boolean mayRunAgain(Limits limits) {
    return !hasFailed() && (plugs.isEmpty() || spentNanos < limits.system().toNanos());
  }

  boolean hasFailed() {
    return plugProblem != null || unplugProblem != null;
  }

  int runs() {
    return plugs.size();
  }

  /** One line about the last run. */
  String describeLast() {
    return describe("plug", plugs, plugProblem)
        + (workload.hasPorts() ? ", " + describe("unplug", unplugs, unplugProblem) : "");
  }

  private static String describe(String operation, List<Double> runs, String problem) {
    if (problem != null) {
      return operation + ": " + problem;
    }
    return runs.isEmpty()
        ? operation + ": no run"
        : "%s %.0f us per VIF".formatted(operation, runs.getLast());
  }

  /** The rows of the report. */
  List<Result> results() {
    List<Result> results = new ArrayList<>();
    results.add(result("plug", plugs, latency, plugProblem));
    if (workload.hasPorts()) {
      results.add(result("unplug", unplugs, null, unplugProblem));
    }
    return results;
  }

  /** A failure is shown even if earlier runs were good: a figure would hide it. */
  private Result result(String operation, List<Double> runs, Latency measured, String problem) {
    return Result.ofRuns(workload.title(), system.name(), operation, vifs, runs, measured, problem);
  }
}
