package io.fastvif.benchmarks.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one run of the comparison measured.
 *
 * @param machine what it ran on, in the order in which it is to be shown: processor, kernel, JDK,
 *     each system's version and the like
 * @param results one for each workload, system, operation and number of VIFs
 * @param notes what a reader must know to understand the figures, a sentence each
 */
public record Report(Map<String, String> machine, List<Result> results, List<String> notes) {
  /** Among the machine's facts where others used it too: why the figures are not to be trusted. */
  public static final String NOT_QUIET = "not quiet";

  /** Keeps the order of the parts, and copies of them. */
  public Report {
    machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
    results = List.copyOf(results);
    notes = List.copyOf(notes);
  }

  /** What is to be said beside ratios; empty where the machine was quiet, or nobody has looked. */
  Optional<String> warning() {
    return Optional.ofNullable(machine.get(NOT_QUIET))
        .map(
            reason ->
                "The machine was not quiet ("
                    + reason
                    + "): neither these times nor their ratios say much.");
  }
}
