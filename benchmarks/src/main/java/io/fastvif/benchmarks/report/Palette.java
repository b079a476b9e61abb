package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A colour and a dash pattern for each system, the same in all charts. The colours, which are in
 * the style sheet, are Okabe and Ito's set, which colour-blind readers tell apart; in plots the
 * pattern and the name at the line's end say the same once more.
 */
final class Palette {
  private static final String[] DASHES = {
    "none", "7 3", "2 3", "9 3 2 3", "14 4", "5 2 1 2 1 2", "1 4", "4 6"
  };

  private final List<String> systems;

  Palette(Report report) {
    Set<String> found = new LinkedHashSet<>();
    found.add(ResultTable.REFERENCE);
    report.results().forEach(result -> found.add(result.system()));
    systems = new ArrayList<>(found);
  }

  /** The style sheet's class. */
  String styleClass(String system) {
    return "s" + slot(system);
  }

  /** SVG's stroke-dasharray. */
  String dashes(String system) {
    return DASHES[slot(system)];
  }

  private int slot(String system) {
    return systems.indexOf(system) % DASHES.length;
  }
}
