package io.fastvif.benchmarks.vhostuser;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of a table.
 *
 * @param traffic what goes on
 * @param length bytes of a frame
 * @param packed whether the rings are packed ones
 */
record Row(Traffic traffic, int length, boolean packed) {
  private static final List<Integer> LENGTHS = List.of(64, 1500);

  /** All rows, or those of short frames. */
  static List<Row> all(boolean shortFramesOnly) {
    List<Row> rows = new ArrayList<>();
    for (Traffic traffic : Traffic.values()) {
      for (int length : shortFramesOnly ? LENGTHS.subList(0, 1) : LENGTHS) {
        rows.add(new Row(traffic, length, false));
        rows.add(new Row(traffic, length, true));
      }
    }
    return rows;
  }

  /** Those that the backend sends back. */
  static List<Row> forwarded(List<Row> rows) {
    return rows.stream().filter(row -> row.traffic == Traffic.FORWARD_BACK).toList();
  }

  String layout() {
    return packed ? "packed" : "split";
  }

  /** As the C programs' arguments have it. */
  List<String> arguments() {
    return List.of(layout(), Integer.toString(length), Integer.toString(traffic.number()));
  }

  /** As the first cells of a table's row. */
  @Override
  public String toString() {
    return traffic.title() + " | " + length + " | " + layout();
  }
}
