package io.fastvif.benchmarks.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.benchmarks.Root;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All paths with a few short samples; the figures mean nothing here. */
class PathComparisonTest {
  private static final int FEW = 2;
  private static final long SHORT_NANOS = 20_000_000;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /**
   * Frames are counted where they arrive, and a frame that is not as it was sent ends the guests.
   */
  @ParameterizedTest
  @EnumSource
  void everySystemMovesFramesOnEveryPathThatItHas(DataPath path) throws IOException {
    Root.require();
    List<PathSystem> systems = PathSystem.of(path);
    for (PathSystem system : systems) {
      if (system.missing().isPresent() && Boolean.getBoolean("fastvif.require-all-peers")) {
        fail("not installed: " + system.missing().get());
      }
    }
    int length = path.lengths(List.of(path == DataPath.GUEST_TO_CARD ? 64 : 1500)).getFirst();
    PathComparison comparison =
        new PathComparison(folder, new PrintWriter(out), new PrintWriter(err));
    comparison.run(List.of(path), new PathComparison.Extent(List.of(length), 1, FEW, SHORT_NANOS));
    assertFalse(comparison.hasFailed(), err::toString);
    List<String> lines = out.toString().lines().toList();
    for (PathSystem system : systems) {
      String begin = "| " + path.title() + " | " + length + " | " + system.name() + " | ";
      List<String> rows = lines.stream().filter(line -> line.startsWith(begin)).toList();
      assertEquals(1, rows.size(), out::toString);
      if (system.missing().isEmpty()) {
        String[] cells = rows.getFirst().substring(begin.length()).split(" *\\| *", -1);
        assertTrue(Double.parseDouble(cells[0]) > 0, out::toString);
        assertTrue(Double.parseDouble(cells[1]) > 0, out::toString);
        // A backend may lose some while it begins, and more beside other work; not all.
        assertTrue(Double.parseDouble(cells[2]) < 900_000, out::toString);
      }
    }
  }

  @Test
  void sampleHasRateCostAndLosses() {
    PathSample sample = PathSample.parse("500 250000 125000 700 690");
    assertEquals(2000, sample.rate());
    assertEquals(250, sample.cost());
    assertEquals(10, sample.lost());
    assertThrows(IllegalArgumentException.class, () -> PathSample.parse("1 2 3 4"));
  }

  @Test
  void rowsCompareSamplesOfLikeRoundTripsWithTheFirstSystem() {
    PathRows rows = new PathRows(DataPath.GUEST_TO_CARD, 64, List.of("ours", "other"));
    PathSample ours = new PathSample(1000, 1_000_000, 500_000, 1000, 1000);
    PathSample other = new PathSample(500, 1_000_000, 1_000_000, 1000, 750);
    for (int i = 1; i < PathRows.MIN_PAIRS; i++) {
      rows.add(List.of(ours, other), 100, 120);
    }
    // In that round the processors went farther from each other.
    rows.add(List.of(ours, other), 100, 200);
    assertEquals(
        List.of(
            "| guest to card | 64 | ours | 1000 | 500 | 0 |  | | 30 |",
            "| guest to card | 64 | other | 500 | 2000 | 250000 | not measurable here | | 29 of 30"
                + " |"),
        rows.lines());
    rows.add(List.of(ours, other), 100, 100);
    assertEquals(
        "| guest to card | 64 | other | 500 | 2000 | 250000 | 2.00 (2.00 to 2.00) | "
            + "4.00 (4.00 to 4.00) | 30 of 31 |",
        rows.lines().getLast());
  }

  @Test
  void pathsAreNamedAsTheyAre() {
    assertEquals(List.of(DataPath.values()), PathComparison.paths(""));
    assertEquals(
        List.of(DataPath.CARD_TO_GUEST, DataPath.GUEST_TO_CARD),
        PathComparison.paths("card-to-guest,guest-to-card"));
    InvalidInputException wrong =
        assertThrows(InvalidInputException.class, () -> PathComparison.paths("guest-to-moon"));
    assertTrue(wrong.getMessage().contains("card-to-guest"), wrong.getMessage());
  }
}
