package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All results of one operation of one workload: a row for each system, a column for each number of
 * VIFs.
 */
final class ResultTable {
  /** The system that the others are compared with. */
  static final String REFERENCE = "fastvif";

  private final String workload;
  private final String operation;
  private final Map<String, Map<Integer, Result>> rows = new LinkedHashMap<>();
  private final Set<Integer> sizes = new TreeSet<>();

  private ResultTable(String workload, String operation) {
    this.workload = workload;
    this.operation = operation;
  }

  /** The report's tables, in the order in which their first results come. */
  static List<ResultTable> of(Report report) {
    Map<List<String>, ResultTable> tables = new LinkedHashMap<>();
    for (Result result : report.results()) {
      tables
          .computeIfAbsent(
              List.of(result.workload(), result.operation()),
              names -> new ResultTable(names.get(0), names.get(1)))
          .add(result);
    }
    return List.copyOf(tables.values());
  }

  private void add(Result result) {
    sizes.add(result.vifs());
    rows.computeIfAbsent(result.system(), system -> new LinkedHashMap<>())
        .put(result.vifs(), result);
  }

  /** What is in it: the operation and the workload. */
  String title() {
    String name = Figures.sentence(operation);
    return workload.isEmpty() ? name : name + ": " + workload;
  }

  /** The rows. */
  List<String> systems() {
    return List.copyOf(rows.keySet());
  }

  /** The columns, ascending. */
  List<Integer> sizes() {
    return List.copyOf(sizes);
  }

  /** A cell; null if there is no result, not even a problem. */
  Result cell(String system, int vifs) {
    return rows.get(system).get(vifs);
  }

  /** The results of a column that have a figure. */
  List<Result> figures(int vifs) {
    List<Result> figures = new ArrayList<>();
    for (Map<Integer, Result> row : rows.values()) {
      Result result = row.get(vifs);
      if (result != null && hasFigure(result)) {
        figures.add(result);
      }
    }
    return figures;
  }

  /** The results of a column whose single operations were measured. */
  List<Result> latencies(int vifs) {
    List<Result> latencies = new ArrayList<>();
    for (Map<Integer, Result> row : rows.values()) {
      Result result = row.get(vifs);
      if (result != null && result.latency() != null) {
        latencies.add(result);
      }
    }
    return latencies;
  }

  static boolean hasFigure(Result result) {
    return result.isMeasured() && Double.isFinite(result.microsPerVif());
  }

  /** Whether no system was faster than this one at its number of VIFs. */
  boolean isBest(Result result) {
    return hasFigure(result)
        && figures(result.vifs()).stream()
            .allMatch(other -> other.microsPerVif() >= result.microsPerVif());
  }

  /** How many times fastvif's time a system took; NaN if one of the two has no figure. */
  double ratio(Result result) {
    Map<Integer, Result> row = rows.getOrDefault(REFERENCE, Map.of());
    Result reference = row.get(result.vifs());
    return reference == null || !hasFigure(reference) || !hasFigure(result)
        ? Double.NaN
        : result.microsPerVif() / reference.microsPerVif();
  }

  /** Why there are no figures: a line for each system and reason, with the numbers of VIFs. */
  List<String> problems() {
    Map<List<String>, List<Integer>> found = new LinkedHashMap<>();
    rows.forEach(
        (system, row) ->
            row.forEach(
                (vifs, result) -> {
                  if (result.problem() != null) {
                    found
                        .computeIfAbsent(
                            List.of(system, result.problem()), names -> new ArrayList<>())
                        .add(vifs);
                  }
                }));
    Set<String> lines = new LinkedHashSet<>();
    found.forEach((names, at) -> lines.add(names.get(0) + " at " + vifs(at) + ": " + names.get(1)));
    return List.copyOf(lines);
  }

  private static String vifs(List<Integer> sizes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < sizes.size() - 1; i++) {
      text.append(i == 0 ? "" : ", ").append(Figures.count(sizes.get(i)));
    }
    return text.append(sizes.size() > 1 ? " and " : "")
        .append(Figures.vifs(sizes.getLast()))
        .toString();
  }
}
