package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a result makes of its runs. */
class ResultTest {
  @Test
  void theMedianIsInTheMiddle() {
    assertEquals(2, Result.median(List.of(3.0, 1.0, 2.0)));
    assertEquals(2.5, Result.median(List.of(4.0, 1.0, 2.0, 3.0)));
    assertEquals(Double.NaN, Result.median(List.of()));
  }

  @Test
  void aProblemHidesTheFigure() {
    Result good = Result.ofRuns("w", "s", "o", 2, List.of(3.0, 5.0), null, null);
    assertEquals(4, good.microsPerVif());
    Result bad = Result.ofRuns("w", "s", "o", 2, List.of(3.0, 5.0), null, "failed");
    assertEquals(Double.NaN, bad.microsPerVif());
    assertEquals(List.of(3.0, 5.0), bad.runs());
  }
}
