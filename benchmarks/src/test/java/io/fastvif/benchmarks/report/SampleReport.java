package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report of made-up figures, with all that a real one may have. */
final class SampleReport {
  static final String WORKLOAD = "veth on a bridge";
  private static final int[] SIZES = {1, 100, 1000, 4000};
  private static final double[] TAIL = {1, 1.02, 1.1, 1.3, 1.9, 2.4, 6, 9};
  private static final double[] PERCENTILES = {0, 50, 75, 90, 99, 99.5, 99.9, 100};

  private SampleReport() {}

  static Report make() {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("processor", "Example EPYC, 2 cores");
    machine.put("kernel", "6.18.0 #1 SMP <example>");
    machine.put("JDK", "25.0.3");
    machine.put("fastvif", "0.1.0");
    List<Result> results = new ArrayList<>();
    for (int vifs : SIZES) {
      add(results, "fastvif", "plug", vifs, 510);
      add(results, "c-floor", "plug", vifs, 480);
      add(results, "ip", "plug", vifs, 4900 + vifs);
      add(results, "ip-batch", "plug", vifs, 1300 + 3 * vifs);
      add(results, "pyroute2", "plug", vifs, 2100 + 6 * vifs);
      add(results, "go-netlink", "plug", vifs, 1100 + 4 * vifs);
      results.add(
          new Result(
              WORKLOAD,
              "os-vif",
              "plug",
              vifs,
              Double.NaN,
              List.of(),
              null,
              "not installed: apt-get install python3-os-vif"));
      add(results, "fastvif", "unplug", vifs, 600);
      add(results, "ip-batch", "unplug", vifs, 18000 + 4 * vifs);
      add(results, "pyroute2", "unplug", vifs, 18500 + 4 * vifs);
    }
    return new Report(
        machine, results, List.of("All systems ran interleaved.", "A & B | <c> are *plain* text."));
  }

  private static void add(
      List<Result> results, String system, String operation, int vifs, double micros) {
    results.add(
        result(
            system,
            operation,
            vifs,
            List.of(micros, micros * 1.08, micros * 0.95),
            Math.max(50, vifs)));
  }

  /** A result with a latency of so many operations, whose median is the runs' first. */
  static Result result(
      String system, String operation, int vifs, List<Double> runs, long operations) {
    double median = runs.stream().sorted().toList().get(runs.size() / 2);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < TAIL.length; i++) {
      points.add(new Point(PERCENTILES[i], median * TAIL[i]));
    }
    Latency latency =
        new Latency(operations, median * 1.02, median * 1.9, median * 6, median * 9, points);
    return new Result(WORKLOAD, system, operation, vifs, median, runs, latency, null);
  }
}
