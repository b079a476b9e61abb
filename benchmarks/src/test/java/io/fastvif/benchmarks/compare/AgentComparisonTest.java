package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.process.ProcessCost;
import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The agent's comparison measures what it says, and what does less is no figure. */
class AgentComparisonTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));

  @Test
  void measuresEverySystem() throws IOException {
    Root.require();
    StringWriter progress = new StringWriter();
    try (Resources resources = new Resources()) {
      AgentComparison comparison =
          new AgentComparison(
              resources, LIMITS, new AgentRestarts.Rest(0, 1), new PrintWriter(progress));
      Report report = comparison.run(List.of(4), 2, 1);
      Set<String> measured =
          report.results().stream()
              .filter(Result::isMeasured)
              .filter(result -> result.microsPerVif() > 0)
              .map(result -> result.workload() + ": " + result.system())
              .collect(Collectors.toSet());
      List<String> expected =
          List.of(
              "a lone plug: fastvif",
              "a lone plug: agent",
              "a lone plug: fastvif plug",
              "a lone plug: fastvif plug --agent",
              "many at once: fastvif",
              "many at once: agent, one batch",
              "many at once: agent, a connection each",
              "drift: agent: MTU changed",
              "drift: agent: taken off its bridge",
              "drift: agent: deleted",
              "drift: agent: all deleted at once",
              "back after a reboot: agent",
              "back after a reboot: fastvif");
      assertTrue(measured.containsAll(expected), () -> expected + ", not " + progress);
      String notes = String.join("\n", report.notes());
      assertTrue(notes.contains("Of drift, 10 changes were made by hand"), notes);
      assertTrue(notes.contains("With 0 VIFs and nothing to do the agent has"), notes);
      assertTrue(notes.contains("With 4 VIFs and nothing to do the agent has"), notes);
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        assertFalse(comparison.hasFailed(), progress::toString);
      }
    }
  }

  /** Without the option the plugin makes no ports, and the answers are good all the same. */
  @Test
  void anAgentThatDoesLessIsFound() throws IOException {
    Root.require();
    List<BenchVif> all = Workload.VETH.vifs(3);
    List<BenchVif> vifs = all.subList(0, 3);
    try (Resources resources = new Resources();
        PrivateHost host = new PrivateHost()) {
      host.makeBridges(BenchVif.bridges(vifs));
      AgentSystem agents = new AgentSystem(resources, List.of());
      try (AgentSystem.AgentSession agent = agents.open(host.namespace(), all, LIMITS)) {
        assertTrue(agent.plug(0, 3) > 0);
        IOException wrong =
            assertThrows(IOException.class, () -> host.checkPlugged(Workload.VETH, vifs));
        assertTrue(wrong.getMessage().startsWith("wrong result: "), wrong::getMessage);
        assertThrows(IOException.class, () -> agent.text("/v1/vifs/unknown"));
      }
    }
  }

  @Test
  void figuresAreMediansPerVif() {
    RunTable table = new RunTable(new PrintWriter(new StringWriter()));
    RunTable.Row row = new RunTable.Row("work", "system", "plug", 10);
    table.add(row, 1_000_000);
    table.add(row, 9_000_000);
    table.add(row, 3_000_000);
    LatencyRecorder recorder = new LatencyRecorder(0);
    recorder.record(new long[] {1_000_000, 2_000_000, 3_000_000});
    table.add(new RunTable.Row("work", "lone", "plug", 1), recorder.latency());
    assertFalse(table.hasFailed());
    table.failed(new RunTable.Row("work", "broken", "plug", 1), new IOException("why"));
    List<Result> results = table.results();
    assertEquals(300, results.get(0).microsPerVif(), 1e-9);
    assertEquals(List.of(100.0, 900.0, 300.0), results.get(0).runs());
    assertEquals(2000, results.get(1).microsPerVif(), 2);
    assertEquals(3, results.get(1).latency().count());
    assertEquals("why", results.get(2).problem());
    assertTrue(table.hasFailed());
  }

  @Test
  void whatIsReadOfTheAgentIsWhatItSays() throws IOException {
    String metrics = "# HELP x y\nfastvif_repairs_total 12.0\nfastvif_repairs_total_more 13\n";
    assertEquals(12, AgentDrifts.counter(metrics, "fastvif_repairs_total"));
    assertThrows(IOException.class, () -> AgentDrifts.counter(metrics, "fastvif_repairs"));
    assertFalse(AgentConnections.isWhole("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"));
    assertTrue(AgentConnections.isWhole("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"));
    assertFalse(AgentConnections.isWhole("HTTP/1.1 200 OK\r\ncontent-le"));
    assertEquals(
        "With 1,000 VIFs and nothing to do the agent has 2.0 MiB resident, of which 1.0 are its"
            + " own, 3 threads and 4 descriptors; its threads were switched to 2.5 times a"
            + " second.",
        AgentRestarts.sentence(
            1000,
            new ProcessCost(9, 9, 9, 9, 100, 9),
            new ProcessCost(2048, 1024, 3, 4, 105, 9),
            2));
    assertTrue(
        AgentCrowd.sentence(100, Map.of("agent", List.of(30.0, 90.0, 60.0)))
            .endsWith(": agent 600."));
  }

  @Test
  void aProcessIsReadAsTheKernelCountsIt() throws IOException {
    ProcessCost own = ProcessCost.of(ProcessHandle.current().pid());
    assertTrue(own.residentKib() > own.ownKib() && own.ownKib() > 0, own::toString);
    assertTrue(own.threads() > 1 && own.descriptors() > 2 && own.switches() > 0, own::toString);
    assertTrue(own.processorMillis() > 0, own::toString);
    assertThrows(IOException.class, () -> ProcessCost.of(Long.MAX_VALUE));
  }
}
