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
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison on a real Open vSwitch, in small. */
class OvsComparisonTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final List<String> OPERATIONS =
      List.of("plug", "plug, until applied", "unplug", "unplug, until nothing is left");
  private static final String CHURN = "churn: unplug one, plug it, until nothing is left";

  @TempDir Path folder;

  @BeforeEach
  void peers() {
    Root.require();
    require(OvsSwitch.missing().isEmpty(), "openvswitch-switch");
    require(Python.missing("vif_plug_ovs", "").isEmpty(), "python3-os-vif");
  }

  private static void require(boolean there, String debianPackage) {
    if (!there) {
      String reason = "missing: apt-get install " + debianPackage;
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(reason);
      }
      abort(reason);
    }
  }

  private static Set<String> key(OvsWorkload workload, String... systems) {
    Set<String> keys = new HashSet<>();
    for (String system : systems) {
      for (String operation : OPERATIONS) {
        keys.add(workload.title() + " " + system + " " + operation);
      }
    }
    return keys;
  }

  @Test
  void everySystemDoesTheWorkOnTheSameSwitch() throws Exception {
    StringWriter progress = new StringWriter();
    Report report;
    try (Resources resources = new Resources()) {
      OvsComparison comparison =
          new OvsComparison(resources, OvsComparison.SYSTEMS, LIMITS, new PrintWriter(progress));
      report = comparison.run(List.of(3), 2);
      assertFalse(comparison.hasFailed(), progress::toString);
    }
    Set<String> expected = key(OvsWorkload.HYBRID, "fastvif", "fastvif-host", "os-vif");
    for (String system : List.of("fastvif", "fastvif-host", "os-vif")) {
      expected.add(OvsWorkload.HYBRID.title() + " " + system + " " + CHURN);
    }
    expected.addAll(
        key(
            OvsWorkload.CREATE_PORT,
            "fastvif",
            "fastvif-host",
            "raw-transact",
            "os-vif",
            "ovs-vsctl",
            "ovs-vsctl-no-wait"));
    assertEquals(
        expected,
        report.results().stream()
            .map(row -> row.workload() + " " + row.system() + " " + row.operation())
            .collect(Collectors.toSet()));
    for (Result result : report.results()) {
      assertNull(result.problem(), result::toString);
      assertEquals(2, result.runs().size(), result::toString);
      assertTrue(result.microsPerVif() > 0, result::toString);
    }
    assertTrue(report.machine().get("Open vSwitch").matches("[0-9].*"), report::toString);
    Path file = Files.writeString(folder.resolve("report.json"), ReportWriter.json(report));
    assertEquals(report.results(), ReportReader.read(file).results());
    assertTrue(ReportWriter.markdown(report).contains("## Plug, until applied: VIFBridge hybrid"));
  }

  @Test
  void whoeverLeavesAPortOrALinkIsFound() throws Exception {
    try (OvsSwitch host = new OvsSwitch(folder.resolve("ovs"))) {
      assertEquals(Set.of(), host.ports());
      host.makeTaps(List.of("tap1", "tap2"));
      host.vsctl("add-port", OvsSwitch.BRIDGE, "tap1");
      assertEquals(Set.of("tap1"), host.ports());
      IOException left =
          assertThrows(
              IOException.class, () -> host.awaitGone(Set.of("tap2"), Duration.ofMillis(20)));
      assertEquals("wrong result: 1 links are left", left.getMessage());
      host.awaitGone(Set.of("tap1", "tap2"), LIMITS.operation());
      host.clear();
      assertEquals(Set.of(), host.ports());
      host.awaitGone(Set.of(), LIMITS.operation());
    }
  }
}
