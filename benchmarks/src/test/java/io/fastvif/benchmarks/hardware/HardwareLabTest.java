package io.fastvif.benchmarks.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Benchmarks;
import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.ReportReader;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fastvif bench --pf} on the lab's NIC of four VFs, one of its representors up. */
class HardwareLabTest {
  private static final int VFS = 4;

  @TempDir static Path out;

  @BeforeAll
  static void runInTheLab() throws IOException, InterruptedException {
    Lab.require(out);
    Lab.writeLauncher(out.resolve("fastvif"), Benchmarks.class);
    Lab.run(Path.of("src/test/lab/bench-pf.sh"), out);
  }

  private static Report report(String name) throws IOException {
    assertTrue(out.resolve(name + ".json").toFile().exists(), () -> text(name, "err"));
    return ReportReader.read(out.resolve(name + ".json"));
  }

  private static String text(String name, String kind) {
    return Lab.text(out.resolve(name + "." + kind)).strip();
  }

  private static String key(Result result) {
    return result.workload() + ", " + result.operation() + ", " + result.system();
  }

  /** Of iproute2, which knows nothing of fastvif. */
  private static void assertLeftAsFound(String name) {
    assertTrue(text(name, "before").contains("vf 3 "), () -> text(name, "before"));
    assertEquals(text(name, "before"), text(name, "after"));
  }

  @Test
  void everySystemDoesEverything() throws IOException {
    Report report = report("switchdev");
    assertEquals("0", text("switchdev", "status"), () -> text("switchdev", "err"));
    Set<String> expected = new HashSet<>();
    for (NicWorkload workload : NicWorkload.values()) {
      for (String system : HardwareComparison.SYSTEMS) {
        expected.add(workload.title() + ", " + workload.operation() + ", " + system);
        expected.add(workload.title() + ", " + workload.undo() + ", " + system);
      }
    }
    assertEquals(
        expected, report.results().stream().map(HardwareLabTest::key).collect(Collectors.toSet()));
    for (Result result : report.results()) {
      assertNull(result.problem(), key(result));
      assertEquals(VFS, result.vifs());
      assertEquals(3, result.runs().size());
      assertTrue(result.microsPerVif() > 0, key(result));
    }
    assertTrue(
        report.machine().get("NIC").endsWith("driver swsim, 4 VFs, switchdev mode"),
        report.machine()::toString);
    assertLeftAsFound("switchdev");
  }

  @Test
  void afterAFailureTheNicIsAsItWas() throws IOException {
    Report report = report("failing");
    assertEquals("1", text("failing", "status"));
    for (Result result : report.results()) {
      boolean fails = result.system().equals("ip") && !result.workload().startsWith("VF conf");
      if (!fails) {
        assertNull(result.problem(), key(result));
      } else if (result.operation().equals("rename") || result.operation().equals("plug")) {
        assertTrue(result.problem().contains("no third VF today"), result.problem());
      } else {
        assertEquals("not measured: there was nothing to undo", result.problem());
      }
    }
    assertEquals(12, report.results().size());
    assertLeftAsFound("failing");
  }

  @Test
  void inLegacyModeThereIsWhatToDo() throws IOException {
    Report report = report("legacy");
    assertEquals("0", text("legacy", "status"), () -> text("legacy", "err"));
    assertEquals(6, report.results().size());
    for (Result result : report.results()) {
      if (result.workload().equals("VF configuration")) {
        assertNull(result.problem());
      } else {
        assertTrue(
            result.problem().matches(".*: devlink dev eswitch set pci/\\S+ mode switchdev"),
            result.problem());
      }
    }
    assertLeftAsFound("legacy");
  }
}
