package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.ProcessCost;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Many VIFs at once: as a batch of one client, and one from each of as many clients. */
final class AgentCrowd {
  static final String WORKLOAD = "many at once";
  private static final String BATCH = "agent, one batch";
  private static final String CONNECTIONS = "agent, a connection each";

  /** Of one user, of whom the agent takes half of all connections. */
  private static final int MAX_CONNECTIONS = 2000;

  private static final int WARM_UPS = 2;
  private static final double MICROS_PER_MILLI = 1e3;

  private final Resources resources;
  private final Limits limits;
  private final RunTable table;

  /** Milliseconds of processor time of each run, by system. */
  private final Map<String, List<Double>> processor = new LinkedHashMap<>();

  AgentCrowd(Resources resources, Limits limits, RunTable table) {
    this.resources = resources;
    this.limits = limits;
    this.table = table;
  }

  /** Plugs the VIFs of one host, and says how long it took. */
  private interface Plugging {
    long plug() throws IOException;
  }

  /**
   * Each has a host of its own, and they take turns.
   *
   * @return the processor time, which other work of the machine changes less, in a sentence
   */
  List<String> run(int vifs, int rounds) {
    int count = Math.min(vifs, MAX_CONNECTIONS);
    List<BenchVif> all = Workload.VETH.vifs(count);
    List<BenchVif> measured = all.subList(0, count);
    MeasuredSystem library = new LibrarySystem(AgentRestarts.VETH);
    AgentSystem agents = new AgentSystem(resources, AgentSystem.VETH);
    RunTable.Row row = new RunTable.Row(WORKLOAD, library.name(), "plug", count);
    try (PrivateHost host = hostOf(measured);
        PrivateHost agentsHost = hostOf(measured);
        MeasuredSystem.Session session = library.open(host.namespace(), all, limits);
        AgentSystem.AgentSession agent = agents.open(agentsHost.namespace(), all, limits)) {
      for (int round = -WARM_UPS; round < rounds; round++) {
        row = new RunTable.Row(WORKLOAD, library.name(), "plug", count);
        turn(row, round, host, session, measured, () -> session.plug(0, count));
        row = new RunTable.Row(WORKLOAD, BATCH, "plug", count);
        turn(row, round, agentsHost, agent, measured, () -> agent.plug(0, count));
        row = new RunTable.Row(WORKLOAD, CONNECTIONS, "plug", count);
        // Anew each time: those that are idle for a while are closed.
        try (AgentConnections connections = new AgentConnections(agent.agent().socket(), count)) {
          turn(row, round, agentsHost, agent, measured, () -> connections.plug(measured));
        }
      }
      return List.of(sentence(count, processor));
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
      return List.of();
    }
  }

  /** What plugging took of the processors, the median of the runs. */
  static String sentence(int vifs, Map<String, List<Double>> millis) {
    List<String> parts = new ArrayList<>();
    millis.forEach(
        (system, runs) ->
            parts.add(
                String.format(
                    Locale.ROOT,
                    "%s %.0f",
                    system,
                    Result.median(runs) * MICROS_PER_MILLI / vifs)));
    return "Processor time of plugging many at once, in microseconds per VIF, of the process that"
        + " plugs, without its clients' and without what the kernel does later: "
        + String.join("; ", parts)
        + ".";
  }

  private static PrivateHost hostOf(List<BenchVif> vifs) {
    PrivateHost host = new PrivateHost();
    host.makeBridges(BenchVif.bridges(vifs));
    return host;
  }

  private void turn(
      RunTable.Row row,
      int round,
      PrivateHost host,
      MeasuredSystem.Session session,
      List<BenchVif> vifs,
      Plugging plugging)
      throws IOException {
    long pid =
        session instanceof AgentSystem.AgentSession agent
            ? agent.agent().pid()
            : ProcessHandle.current().pid();
    long before = ProcessCost.of(pid).processorMillis();
    long plugged = plugging.plug();
    double millis = ProcessCost.of(pid).processorMillis() - before;
    host.checkPlugged(Workload.VETH, vifs);
    long unplugged = session.unplug(0, vifs.size());
    host.checkUnplugged(BenchVif.bridges(vifs));
    if (round < 0) {
      return;
    }
    table.add(row, plugged);
    processor.computeIfAbsent(row.system(), key -> new ArrayList<>()).add(millis);
    if (!row.system().equals(CONNECTIONS)) {
      table.add(new RunTable.Row(WORKLOAD, row.system(), "unplug", row.vifs()), unplugged);
    }
  }
}
