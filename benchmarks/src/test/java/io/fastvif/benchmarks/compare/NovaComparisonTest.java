package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.process.OvsSwitch;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nova's VIF driver with both plugins, in small; the figures mean nothing here. */
class NovaComparisonTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));

  @TempDir Path folder;

  private static void require(Optional<String> missing) {
    if (missing.isPresent()) {
      String reason = "missing: apt-get install " + missing.get();
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(reason);
      }
      abort(reason);
    }
  }

  @Test
  void bothPluginsDoTheWorkOfNova() throws Exception {
    Root.require();
    require(OvsSwitch.missing());
    for (String system : NovaComparison.SYSTEMS) {
      require(NovaHost.missing(system));
    }
    StringWriter progress = new StringWriter();
    Report report;
    try (Resources resources = new Resources()) {
      NovaComparison comparison =
          new NovaComparison(
              resources, NovaComparison.SYSTEMS, LIMITS, 1, new PrintWriter(progress));
      report = comparison.run(List.of(NovaWorkload.OVS_HYBRID), List.of(2), 2, 1);
      assertFalse(comparison.hasFailed(), progress::toString);
    }
    Set<String> expected = new HashSet<>();
    for (String system : NovaComparison.SYSTEMS) {
      for (String operation :
          List.of(
              NovaRun.LONE_PLUG,
              NovaRun.PLUG,
              NovaRun.PLUG_AGAIN,
              NovaRun.UNPLUG,
              NovaRun.PLUG_CROWD,
              NovaRun.UNPLUG_CROWD)) {
        expected.add(system + ": " + operation);
      }
    }
    assertEquals(
        expected,
        report.results().stream()
            .map(row -> row.system() + ": " + row.operation())
            .collect(Collectors.toSet()));
    for (Result result : report.results()) {
      assertNull(result.problem(), result::toString);
      assertTrue(result.microsPerVif() > 0, result::toString);
    }
    Path file = Files.writeString(folder.resolve("report.json"), ReportWriter.json(report));
    assertEquals(report.results(), ReportReader.read(file).results());
    assertTrue(ReportWriter.markdown(report).contains("## A lone plug: Nova, ovs-hybrid"));
  }

  /** os-vif's plug of a VIFOpenVSwitch without its tap is good, and the check is not. */
  @Test
  void whoeverDoesLessIsFound() throws Exception {
    Root.require();
    require(OvsSwitch.missing());
    try (OvsSwitch host = new OvsSwitch(folder.resolve("ovs"))) {
      List<BenchVif> vifs = NovaWorkload.OVS.vifs(1).subList(0, 1);
      NovaWorkload.OVS.prepare(host, vifs);
      IOException wrong =
          assertThrows(IOException.class, () -> NovaWorkload.OVS.checkPlugged(host, vifs));
      assertEquals("wrong result: the ports are []", wrong.getMessage());
      assertThrows(
          IOException.class,
          () ->
              NovaWorkload.OVS.awaitUnplugged(
                  host, vifs, new Limits(Duration.ofMillis(20), Duration.ofMillis(20))));
      host.clear();
      NovaWorkload.OVS.awaitUnplugged(host, vifs, LIMITS);
    }
  }

  @Test
  void processorTimeIsPerVif() {
    RunTable.Row row = new RunTable.Row("Nova, ovs", "os-vif", "plug", 10);
    assertTrue(
        NovaComparison.sentence(Map.of(row, List.of(30.0, 90.0, 60.0)))
            .endsWith(": Nova, ovs, 10 VIFs, os-vif, plug: 6.0."));
  }
}
