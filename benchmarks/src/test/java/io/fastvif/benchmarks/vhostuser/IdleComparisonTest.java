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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each sort of system with short samples; the figures mean nothing here. One through which no frame
 * comes, or one overtakes another, fails.
 */
class IdleComparisonTest {
  private static final List<String> SYSTEMS =
      List.of("fastvif adaptive", "testpmd", "fastvif adaptive, tap", "passt");

  @TempDir Path folder;

  private static void require(Optional<String> missing) {
    missing.ifPresent(
        packages -> {
          if (Boolean.getBoolean("fastvif.require-all-peers")) {
            fail("not installed: " + packages);
          }
          abort("not installed: " + packages);
        });
  }

  @Test
  void framesPassEachSystem() throws IOException {
    Root.require();
    require(Programs.missingCompiler());
    require(BetweenGuests.missingDpdk());
    require(ToHost.missingPasst());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    IdleComparison comparison =
        new IdleComparison(folder, true, new PrintWriter(out), new PrintWriter(err));
    comparison.run(1, SYSTEMS::contains);
    assertFalse(comparison.hasFailed(), err::toString);
    for (String system : SYSTEMS) {
      List<String[]> rows =
          out.toString()
              .lines()
              .filter(line -> line.startsWith("| " + system + " |"))
              .map(line -> line.split(" *\\| *", -1))
              .toList();
      assertEquals(6, rows.size(), out::toString);
      assertEquals("100 %", rows.getFirst()[2]);
      assertTrue(rows.getFirst()[3].matches("[0-9]+"), out::toString);
      assertEquals("0 %", rows.get(4)[2]);
      assertEquals("0", rows.get(4)[3], "frames that nobody sent");
    }
  }

  /** As paced-driver.c has it: values below 64 as they are, 32 for each power of two above. */
  @Test
  void aBucketHasTheTimesThatTheDriverPutsThere() {
    assertEquals(63, PacedSample.nanos(63));
    assertEquals(65, PacedSample.nanos(64));
    assertEquals(127, PacedSample.nanos(95));
    assertEquals(131, PacedSample.nanos(96));
    long[] numbers = new long[PacedSample.ALL_NUMBERS];
    numbers[0] = 1_000_000_000;
    numbers[1] = 12;
    numbers[2] = 10;
    numbers[16 + 96] = 9;
    numbers[16 + 400] = 1;
    PacedSample sample = PacedSample.of(numbers);
    assertEquals(0.131, sample.latencyMicros(0.5));
    assertEquals(PacedSample.nanos(400) / 1e3, sample.latencyMicros(0.99));
    assertEquals(2, sample.lost());
    assertEquals(10.0, sample.rate());
  }

  @Test
  void theRateIsFullInTheFirstSlotThatHasNineTenths() {
    assertEquals(2, FirstKick.firstFull(new long[] {0, 50, 90, 100}, 100));
    assertEquals(3, FirstKick.firstFull(new long[] {0, 50, 80}, 100));
    assertEquals(1, FirstKick.firstFull(new long[] {0, 1}, 0));
  }
}
