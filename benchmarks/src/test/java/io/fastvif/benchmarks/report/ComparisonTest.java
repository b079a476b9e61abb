package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.benchmarks.report.Comparison.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Only what the runs' own spread does not explain is called slower or faster. */
class ComparisonTest {
  private static final List<Double> BEFORE = List.of(100.0, 104.0, 98.0);

  private static Result runs(String system, Double... runs) {
    return SampleReport.result(system, "plug", 1000, List.of(runs), 10);
  }

  private static Report report(Result... results) {
    return new Report(Map.of(), List.of(results), List.of());
  }

  private static Comparison fastvif(Double... now) {
    return Comparison.of(
        report(runs("fastvif", BEFORE.toArray(new Double[0]))), report(runs("fastvif", now)));
  }

  private static Verdict verdict(Comparison comparison) {
    assertEquals(1, comparison.changes().size());
    return comparison.changes().getFirst().verdict();
  }

  @Test
  void slower() {
    Comparison comparison = fastvif(120.0, 118.0, 123.0);
    assertEquals(Verdict.SLOWER, verdict(comparison));
    assertEquals(1, comparison.exitStatus());
  }

  @Test
  void faster() {
    Comparison comparison = fastvif(80.0, 78.0, 83.0);
    assertEquals(Verdict.FASTER, verdict(comparison));
    assertEquals(0, comparison.exitStatus());
  }

  @Test
  void sameRuns() {
    Comparison comparison = fastvif(100.0, 104.0, 98.0);
    assertEquals(Verdict.SAME, verdict(comparison));
    assertEquals(0, comparison.exitStatus());
  }

  @Test
  void overlappingRunsExplainTheDifference() {
    // The medians are 20 apart, more than either spread, but one run was as fast as those before.
    assertEquals(Verdict.SAME, verdict(fastvif(103.0, 120.0, 121.0)));
    assertEquals(Verdict.SAME, verdict(fastvif(99.0, 80.0, 79.0)));
  }

  @Test
  void smallDifferenceOfSpreadRunsIsNone() {
    // No run overlaps, but the medians are less apart than the runs are.
    assertEquals(Verdict.SAME, verdict(fastvif(104.5, 105.0, 105.5)));
    assertEquals(Verdict.SAME, verdict(fastvif(97.5, 97.0, 96.5)));
  }

  @Test
  void tooFewRuns() {
    Comparison comparison = fastvif(500.0, 500.0);
    assertEquals(Verdict.UNKNOWN, verdict(comparison));
    assertEquals(2, comparison.exitStatus());
  }

  @Test
  void othersDoNotDecide() {
    Report old = report(runs("fastvif", 100.0, 101.0, 102.0), runs("ip", 100.0, 101.0, 102.0));
    Report now = report(runs("fastvif", 100.0, 101.0, 102.0), runs("ip", 200.0, 201.0, 202.0));
    Comparison comparison = Comparison.of(old, now);
    assertEquals(Verdict.SLOWER, comparison.changes().get(1).verdict());
    assertEquals(0, comparison.exitStatus());
    assertEquals(2, Comparison.of(report(old.results().get(1)), now).exitStatus());
  }

  @Test
  void newAndGone() {
    Result figure = runs("fastvif", 100.0, 101.0, 102.0);
    Result problem =
        new Result(
            SampleReport.WORKLOAD, "fastvif", "plug", 1000, Double.NaN, List.of(), null, "failed");
    Comparison gone = Comparison.of(report(figure), report(problem));
    assertEquals(Verdict.GONE, verdict(gone));
    assertEquals(1, gone.exitStatus());
    assertEquals(1, Comparison.of(report(figure), report()).exitStatus());
    Comparison fresh = Comparison.of(report(problem), report(figure));
    assertEquals(Verdict.NEW, verdict(fresh));
    assertEquals(2, fresh.exitStatus());
    assertEquals(List.of(), Comparison.of(report(problem), report(problem)).changes());
  }

  @Test
  void differentSizesAndOperationsAreNotCompared() {
    Result one = SampleReport.result("fastvif", "plug", 1, BEFORE, 10);
    Result other = SampleReport.result("fastvif", "plug", 2, BEFORE, 10);
    Result unplug = SampleReport.result("fastvif", "unplug", 1, BEFORE, 10);
    Comparison comparison = Comparison.of(report(one), report(other, unplug));
    assertEquals(
        List.of(Verdict.NEW, Verdict.NEW, Verdict.GONE),
        comparison.changes().stream().map(Comparison.Change::verdict).toList());
  }

  @Test
  void tableShowsFiguresRunsAndChange() {
    Report old = report(runs("fastvif", 100.0, 104.0, 98.0), runs("ip", 1000.0));
    Report now = report(runs("fastvif", 120.0, 118.0, 123.0));
    assertEquals(
        """
        workload          operation   VIFs  system    old us/VIF     now us/VIF   change  verdict
        veth on a bridge  plug       1,000  fastvif  100 (98.0..104)  120 (118..123)  +20.0 %  slower
        veth on a bridge  plug       1,000  ip       1,000 (1,000..1,000)               –        –  gone
        """
            .replaceAll(" +", " "),
        Comparison.of(old, now).table().replaceAll(" +", " "));
  }

  @Test
  void columnsAreAligned() {
    TextTable table = new TextTable("name", ">number");
    table.row("a", "1,000");
    table.row("longer", "2");
    assertEquals("name    number\na        1,000\nlonger       2\n", table.toString());
  }
}
