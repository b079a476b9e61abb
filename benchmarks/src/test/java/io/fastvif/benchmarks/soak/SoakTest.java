package io.fastvif.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.engine.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short soak is good, and one of an engine that does wrong is not. */
class SoakTest {
  private static final int VIFS = 60;
  private static final int THREADS = 3;
  private static final Duration GREATEST = Duration.ofMinutes(1);
  private static final int LONGEST_SECONDS = 200;

  @BeforeEach
  void needRoot() {
    Root.require();
  }

  @AfterEach
  void endLeak() throws InterruptedException {
    Sabotage.endLeak();
  }

  private static SoakReport run(Duration duration, Duration answer, SoakEngine.Factory factory)
      throws IOException, InterruptedException {
    SoakOptions options = new SoakOptions(duration, VIFS, THREADS, 1, answer, null);
    SoakProgress progress = new SoakProgress(new PrintWriter(new StringWriter()));
    return new Soak(options, factory, progress).run();
  }

  /** What a run has not done: a busy machine has to be given longer. */
  private static List<String> missing(SoakReport report) {
    List<String> missing = new ArrayList<>();
    for (Outcome outcome : EnumSet.complementOf(EnumSet.of(Outcome.CHANGED))) { // VIFs only
      if (report.ledger().count(outcome) == 0) {
        missing.add(outcome.name());
      }
    }
    Set<OperationKind> rare =
        EnumSet.of(OperationKind.PLUG_RENAMED, OperationKind.REPAIR, OperationKind.PLUG_TWICE);
    for (OperationKind kind : EnumSet.complementOf(EnumSet.copyOf(rare))) {
      if (report.ledger().count(kind) == 0) {
        missing.add(kind.name());
      }
    }
    // Up to the episodes of failing calls: of what comes after, a short soak may have none.
    for (SoakReport.Count count : report.counts().subList(0, 6)) {
      if (count.number() == 0) {
        missing.add(count.what());
      }
    }
    return missing;
  }

  @Test
  void aShortSoakIsGood() throws IOException, InterruptedException {
    assertTrue(CallFaults.areEnabled(), "the build asks for them");
    SoakReport report = null;
    List<String> missing = null;
    for (int seconds = 6; seconds < LONGEST_SECONDS && !List.of().equals(missing); seconds *= 3) {
      report = run(Duration.ofSeconds(seconds), GREATEST, SoakEngine::start);
      assertEquals(List.of(), report.violations().all().stream().map(Violation::text).toList());
      missing = missing(report);
    }
    assertEquals(List.of(), missing);
    StringWriter text = new StringWriter();
    report.print(new PrintWriter(text, true));
    assertTrue(text.toString().contains("violations: 0"), text::toString);
    assertTrue(report.json().contains("\"violations\":[]"), report.json());
  }

  @ParameterizedTest
  @EnumSource
  void whatAnEngineDoesWrongIsFound(Sabotage sabotage) throws IOException, InterruptedException {
    Duration answer = sabotage == Sabotage.DROPS_AN_ANSWER ? Duration.ofSeconds(5) : GREATEST;
    SoakReport report = run(GREATEST, answer, sabotage.factory());
    assertFalse(report.isGood(), "not found");
    Rule first = report.violations().all().getFirst().rule();
    assertTrue(
        sabotage.foundAs().contains(first), () -> report.violations().all().getFirst().text());
    StringWriter text = new StringWriter();
    report.printViolations(new PrintWriter(text, true));
    assertTrue(text.toString().contains("--seed 1"), text::toString);
  }
}
