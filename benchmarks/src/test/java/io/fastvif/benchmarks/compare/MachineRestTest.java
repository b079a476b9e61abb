package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.report.Report;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineRestTest {
  private static final MachineRest.Look QUIET = new MachineRest.Look(3, 20, 80);

  private static String reason(MachineRest.Look before, MachineRest.Look after, double steal) {
    return MachineRest.facts(before, after, steal).get(Report.NOT_QUIET);
  }

  @Test
  void saysWhyAMachineIsNotQuiet() {
    assertFalse(MachineRest.facts(QUIET, QUIET, 0.5).containsKey(Report.NOT_QUIET));
    MachineRest.Look busy = new MachineRest.Look(50, 20, 80);
    MachineRest.Look late = new MachineRest.Look(3, 20, 8000);
    assertEquals("others used it", reason(busy, QUIET, 0));
    assertEquals("others used it", reason(QUIET, busy, 0));
    assertEquals("the hypervisor took its time away", reason(QUIET, QUIET, 5));
    assertEquals("threads were woken late", reason(QUIET, late, 0));
    assertEquals("others used it, threads were woken late", reason(busy, late, 0));
  }

  @Test
  void readsTheTimeOfAllProcessors() {
    long[] first = MachineRest.ticks("cpu  100 0 100 800 0 0 0 0 90 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    long[] last = MachineRest.ticks("cpu  130 0 120 840 0 0 0 10 120 0\n");
    assertEquals(10, MachineRest.percent(first, last, 7));
    assertEquals(40, MachineRest.percent(first, last, 3, 4));
    assertEquals(0, MachineRest.percent(first, first, 3));
  }

  @Test
  void addsWhatItSawToAReport() throws Exception {
    MachineRest rest = MachineRest.begin();
    Report report = rest.addTo(new Report(Map.of("kernel", "any"), List.of(), List.of("a note")));
    assertTrue(report.machine().get("busy with others").matches("[0-9]+ % before, [0-9]+ % after"));
    assertTrue(report.machine().get("stolen by the hypervisor").matches("[0-9.]+ %"));
    assertEquals("any", report.machine().get("kernel"));
    assertEquals(List.of("a note"), report.notes());
  }
}
