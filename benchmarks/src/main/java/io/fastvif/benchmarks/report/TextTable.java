package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A table for a terminal: columns as wide as their longest cell. */
final class TextTable {
  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * @param heads the columns' heads; one that begins with {@code >} is set to the right
   */
  TextTable(String... heads) {
    right = new boolean[heads.length];
    String[] shown = new String[heads.length];
    for (int i = 0; i < heads.length; i++) {
      right[i] = heads[i].startsWith(">");
      shown[i] = right[i] ? heads[i].substring(1) : heads[i];
    }
    rows.add(shown);
  }

  void row(String... cells) {
    rows.add(cells);
  }

  @Override
  public String toString() {
    int[] widths = new int[right.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String space = " ".repeat(widths[i] - row[i].length());
        line.append(i == 0 ? "" : "  ").append(right[i] ? space + row[i] : row[i] + space);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
