package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.ReportReader;
import io.fastvif.benchmarks.report.ReportWriter;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CNI plugins executed for the same pods, in small; the figures mean nothing here. */
class CniComparisonTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final CniPrograms PROGRAMS = new CniPrograms(null);

  @TempDir Path folder;

  private static void require(String system) throws IOException {
    if (Child.works("gcc", "--version")) {
      // As the build does, which these classes need not come from.
      Child.run(
          new ProcessBuilder("sh", "../datapath/src/main/c/build.sh", "../datapath/target/cni"));
    }
    if (PROGRAMS.missing(system).isPresent()) {
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(PROGRAMS.missing(system).get());
      }
      abort(PROGRAMS.missing(system).get());
    }
  }

  @Test
  void bothPluginsDoTheWorkOfTheRuntime() throws Exception {
    Root.require();
    require(CniComparison.FASTVIF);
    require(CniComparison.REFERENCE);
    StringWriter progress = new StringWriter();
    Report report;
    try (Resources resources = new Resources()) {
      CniComparison comparison =
          new CniComparison(
              resources, CniComparison.SYSTEMS, PROGRAMS, LIMITS, new PrintWriter(progress));
      report =
          comparison.run(
              List.of(CniWorkload.BRIDGE, CniWorkload.OVS),
              new CniComparison.Extent(2, List.of(3), 2, 1, 1));
      assertFalse(comparison.hasFailed(), progress::toString);
    }
    Set<String> expected = new HashSet<>();
    for (String system : CniWorkload.BRIDGE.systems()) {
      for (String operation :
          List.of(
              CniRun.VERSION + CniRun.ONE,
              CniRun.ADD + CniRun.ONE,
              CniRun.DEL + CniRun.ONE,
              CniRun.VERSION + CniRun.CROWD,
              CniRun.ADD + CniRun.CROWD,
              CniRun.DEL + CniRun.CROWD,
              CniRun.ADD + ", p50 and p99 of all at once: 3 pods",
              CniRun.DEL + ", p50 and p99 of all at once: 3 pods",
              CniRun.BOOT)) {
        expected.add(CniWorkload.BRIDGE.title() + ": " + system + ": " + operation);
      }
    }
    assertEquals(
        expected,
        report.results().stream()
            .map(row -> row.workload() + ": " + row.system() + ": " + row.operation())
            .collect(Collectors.toSet()));
    for (Result result : report.results()) {
      assertNull(result.problem(), result::toString);
      assertTrue(result.microsPerVif() > 0, result::toString);
    }
    Path file = Files.writeString(folder.resolve("report.json"), ReportWriter.json(report));
    assertEquals(report.results(), ReportReader.read(file).results());
  }

  @Test
  void whoeverDoesLessIsFound() throws Exception {
    Root.require();
    require(CniComparison.REFERENCE);
    try (Resources resources = new Resources();
        CniPods pods = new CniPods(2);
        CniHost host =
            new CniHost(
                CniComparison.REFERENCE, CniWorkload.BRIDGE, pods, PROGRAMS, resources, LIMITS)) {
      assertThrows(IOException.class, () -> host.checkAdded(0, 1));
      host.execute(CniRun.ADD, 0, 1, true);
      host.checkAdded(0, 1);
      assertThrows(IOException.class, () -> host.checkAdded(0, 2));
      assertThrows(IOException.class, () -> host.checkDeleted(0, 1));
      // Others' ports and addresses are not overlooked.
      assertThrows(IOException.class, () -> host.checkDeleted(1, 2));
      IOException twice =
          assertThrows(IOException.class, () -> host.execute(CniRun.ADD, 0, 1, false));
      assertTrue(twice.getMessage().contains("ADD of pod0 ended with"), twice.getMessage());
    }
  }

  @Test
  void processorTimeIsPerPod() {
    RunTable.Row row = new RunTable.Row("pods, bridge", "reference", "ADD", 10);
    assertTrue(
        CniComparison.sentence(Map.of(row, List.of(30.0, 90.0, 60.0)))
            .endsWith(": pods, bridge, 10 VIFs, reference, ADD: 6.0."));
  }
}
