package io.fastvif.benchmarks.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fastvif.benchmarks.Root;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** fastvif's backend and DPDK's with a few samples; the figures mean nothing here. */
class VhostUserComparisonTest {
  private static final int FEW = 2;

  /** Each traffic, length and ring in one row at least. */
  private static final List<Row> ROWS =
      List.of(
          new Row(Traffic.GUEST_TO_BACKEND, 64, true),
          new Row(Traffic.BACKEND_TO_GUEST, 1500, false),
          new Row(Traffic.FORWARD_BACK, 64, true));

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private static void require() {
    Root.require();
    Programs.missing()
        .ifPresent(
            packages -> {
              if (Boolean.getBoolean("fastvif.require-all-peers")) {
                fail("not installed: " + packages);
              }
              abort("not installed: " + packages);
            });
  }

  /** The program itself counts the frames, and looks at their order. */
  @Test
  void eachWayIntoAndOutOfATapPassesAllFrames() throws IOException {
    require();
    VhostUserComparison comparison =
        new VhostUserComparison(folder, new PrintWriter(out), new PrintWriter(err));
    comparison.tap(5);
    assertFalse(comparison.hasFailed(), err::toString);
    List<String> rows =
        out.toString().lines().filter(line -> line.matches("\\| (to|from) the tap .*")).toList();
    assertEquals(16, rows.size(), out::toString);
    for (String row : rows) {
      boolean alone = row.contains("readv, writev");
      double calls = Double.parseDouble(row.split("\\|", -1)[4].strip());
      assertTrue(alone ? calls >= 1 && calls < 1.1 : calls > 0 && calls < 0.1, row);
    }
  }

  @Test
  void everyRowIsMeasuredOnOneCoreAndOnTwo() throws IOException {
    require();
    VhostUserComparison comparison =
        new VhostUserComparison(folder, new PrintWriter(out), new PrintWriter(err));
    comparison.run(1, ROWS, FEW, false);
    assertFalse(comparison.hasFailed(), err::toString);
    List<String> lines = out.toString().lines().toList();
    for (Row row : ROWS) {
      List<String> ofRow = lines.stream().filter(line -> line.startsWith("| " + row)).toList();
      boolean isForwarded = row.traffic() == Traffic.FORWARD_BACK;
      assertEquals(isForwarded ? 3 : 2, ofRow.size(), out::toString);
      String number = "\\d+\\.\\d+ \\| ";
      assertTrue(
          ofRow.getFirst().matches(".*\\| " + number + number + "\\d+\\.\\d+ \\(.* to .*\\) \\|"),
          ofRow::toString);
      assertTrue(ofRow.get(1).contains("not measurable here | "), ofRow::toString);
      assertTrue(ofRow.get(1).contains(" of " + FEW), ofRow::toString);
      if (isForwarded) {
        String line = "\\| " + row.toString().replace("|", "\\|") + " \\| " + number.repeat(3);
        assertTrue(
            ofRow.getLast().matches(line + "(\\d+\\.\\d+ \\(.* to .*\\) ?\\|? ?){2}"),
            ofRow::toString);
      }
    }
  }

  @Test
  void pairsCountWhoseRoundTripsAreAlike() {
    assertTrue(new SamplePair(1, 2, List.of(100L, 124L, 110L)).isLike());
    assertFalse(new SamplePair(1, 2, List.of(100L, 126L, 110L)).isLike());
    assertFalse(new SamplePair(1, 2, List.of(100L, -1L, 100L)).isLike(), "not known");
    assertFalse(new SamplePair(0, 2, List.of(100L, 100L, 100L)).isLike(), "no frames passed");
  }

  @Test
  void rowShowsThePairsThatCountIfTheyAreEnough() {
    Row row = ROWS.getFirst();
    List<SamplePair> pairs = new ArrayList<>(Stream.generate(() -> unlike(9)).limit(5).toList());
    for (int i = 1; i < TwoCores.MIN_PAIRS; i++) {
      pairs.add(new SamplePair(10, 15, List.of(100L, 100L, 100L)));
    }
    assertEquals(
        "| " + row + " | | | not measurable here | 29 of 34 | |", TwoCores.line(row, pairs));
    pairs.add(new SamplePair(10, 15, List.of(100L, 100L, 100L)));
    assertEquals(
        "| " + row + " | 10.0 | 15.0 | 1.50 (1.50 to 1.50) | 30 of 35 | 100 |",
        TwoCores.line(row, pairs));
  }

  private static SamplePair unlike(double ratio) {
    return new SamplePair(1, ratio, List.of(100L, 500L, 100L));
  }

  @Test
  void quartilesAreInterpolated() {
    assertEquals(new Quartiles(2, 3, 4), Quartiles.of(List.of(5.0, 1.0, 2.0, 4.0, 3.0)));
    assertEquals(new Quartiles(1.25, 1.5, 1.75), Quartiles.of(List.of(1.0, 2.0)));
    assertEquals("1.50 (1.25 to 1.75)", Quartiles.of(List.of(1.0, 2.0)).toString());
  }
}
