package io.fastvif.benchmarks.report;

import java.util.List;

/**
 * What one system needed for one operation on a number of VIFs.
 *
 * @param workload what a VIF is here: {@code veth on a bridge}, {@code SR-IOV}
 * @param system {@code fastvif}, {@code c-floor}, {@code ip}, {@code ip-batch}, {@code pyroute2},
 *     {@code go-netlink}, {@code os-vif}
 * @param operation {@code plug}, {@code unplug} or another
 * @param vifs how many VIFs a run worked on
 * @param microsPerVif the median of the runs, in microseconds for one VIF; NaN if there is no
 *     figure
 * @param runs each run's microseconds for one VIF, in the order in which they were made
 * @param latency how long single operations took; null if that was not measured
 * @param problem why there is no figure; null if there is one
 */
public record Result(
    String workload,
    String system,
    String operation,
    int vifs,
    double microsPerVif,
    List<Double> runs,
    Latency latency,
    String problem) {

  /** Keeps a copy of the runs. */
  public Result {
    runs = List.copyOf(runs);
  }

  /**
   * The result of runs: their median, or none if there is a problem, even if some went well.
   *
   * @param problem null if all went well
   */
  public static Result ofRuns(
      String workload,
      String system,
      String operation,
      int vifs,
      List<Double> runs,
      Latency latency,
      String problem) {
    double micros = problem == null ? median(runs) : Double.NaN;
    return new Result(workload, system, operation, vifs, micros, runs, latency, problem);
  }

  /** The middle one of values, or the mean of the two middle ones; NaN if there are none. */
  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    if (sorted.isEmpty()) {
      return Double.NaN;
    }
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** Whether there is a figure, of whole operations or of single ones. */
  public boolean isMeasured() {
    return problem == null;
  }
}
