package io.fastvif.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.engine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operation is answered exactly once. */
class LedgerTest {
  @TempDir Path folder;

  private final Violations violations = new Violations();
  private final SoakVif vif = new SoakVif(1, PortSort.TAP);
  private Latencies latencies;
  private Ledger ledger;

  @BeforeEach
  void open() throws IOException {
    latencies = new Latencies(folder.resolve("log"));
    ledger = new Ledger(violations, latencies);
  }

  @AfterEach
  void close() {
    latencies.close();
  }

  private SoakOperation begun() {
    SoakOperation operation =
        new SoakOperation(
            ledger, vif, OperationKind.PLUG, Planner.nothing(vif), 0, VifState.ABSENT);
    operation.begin();
    return operation;
  }

  private List<Rule> rules() {
    return violations.all().stream().map(Violation::rule).toList();
  }

  @Test
  void whatIsAnsweredOnceIsGood() throws InterruptedException {
    SoakOperation operation = begun();
    assertFalse(operation.await(Duration.ZERO));
    operation.completed(Outcome.PLUGGED, null);
    assertTrue(operation.await(Duration.ZERO));
    ledger.checkAllAnswered();
    assertEquals(List.of(), rules());
    assertEquals(1, ledger.count(OperationKind.PLUG));
    assertEquals(1, ledger.count(Outcome.PLUGGED));
  }

  @Test
  void anAnswerIsMissing() {
    begun().completed(Outcome.PLUGGED, null);
    begun();
    ledger.checkAllAnswered();
    assertEquals(List.of(Rule.ANSWERED_ONCE), rules());
  }

  @Test
  void anAnswerComesTwice() {
    SoakOperation operation = begun();
    operation.completed(Outcome.PLUGGED, null);
    operation.completed(Outcome.FAILED, null);
    assertEquals(List.of(Rule.ANSWERED_ONCE), rules());
    ledger.checkAllAnswered();
    assertEquals(1, rules().size());
  }

  @Test
  void whatWasRefusedOrCancelledNeedsNoAnswer() {
    begun().refused();
    begun().cancelled();
    ledger.checkAllAnswered();
    assertEquals(List.of(), rules());
    assertEquals(1, ledger.cancellations());
  }

  @Test
  void latenciesAreLogged() throws IOException {
    begun().completed(Outcome.PLUGGED, null);
    latencies.endInterval();
    latencies.close();
    assertEquals(1, latencies.count(LatencyClass.PLUG));
    try (HistogramLogReader reader =
        new HistogramLogReader(Files.newInputStream(folder.resolve("log")))) {
      var interval = (Histogram) reader.nextIntervalHistogram();
      assertEquals("plug", interval.getTag());
      assertEquals(1, interval.getTotalCount());
      assertEquals(interval.getMaxValue() / 1e3, latencies.micros(LatencyClass.PLUG, 100), 1e-6);
    }
  }
}
