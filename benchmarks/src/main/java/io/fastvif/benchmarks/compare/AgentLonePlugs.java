package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Single VIFs that arrive every 10 ms, or one after the other where each takes longer. */
final class AgentLonePlugs {
  static final String WORKLOAD = "a lone plug";
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WARM_UP_VIFS = 300;
  private static final int MAX_PROCESSES = 30;

  private final Resources resources;
  private final Limits limits;
  private final RunTable table;

  AgentLonePlugs(Resources resources, Limits limits, RunTable table) {
    this.resources = resources;
    this.limits = limits;
    this.table = table;
  }

  void run(int count) {
    AgentSystem agent = new AgentSystem(resources, AgentSystem.VETH);
    measure(new LibrarySystem(AgentRestarts.VETH), count, INTERVAL_NANOS);
    measure(agent, count, INTERVAL_NANOS);
    int processes = Math.min(count, MAX_PROCESSES);
    measure(CommandSystem.alone(resources), processes, 0);
    measureThroughAgent(agent, processes);
  }

  private void measure(MeasuredSystem system, int count, long interval) {
    RunTable.Row row = row(system);
    List<BenchVif> vifs = Workload.VETH.vifs(count + WARM_UP_VIFS);
    try (PrivateHost host = hostOf(vifs);
        MeasuredSystem.Session session = system.open(host.namespace(), vifs, limits)) {
      measure(row, host, session, vifs, count, interval);
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
    }
  }

  /** The command, while an agent is at work that does it. */
  private void measureThroughAgent(AgentSystem agents, int count) {
    List<BenchVif> vifs = Workload.VETH.vifs(count + WARM_UP_VIFS);
    try (PrivateHost host = hostOf(vifs);
        AgentSystem.AgentSession agent = agents.open(host.namespace(), vifs, limits)) {
      CommandSystem command = CommandSystem.throughAgent(resources, agent.agent().socket());
      try (MeasuredSystem.Session session = command.open(host.namespace(), vifs, limits)) {
        measure(row(command), host, session, vifs, count, 0);
      }
    } catch (IOException | RuntimeException problem) {
      table.failed(row(CommandSystem.throughAgent(resources, "")), problem);
    }
  }

  private static RunTable.Row row(MeasuredSystem system) {
    return new RunTable.Row(WORKLOAD, system.name(), "plug", 1);
  }

  private static PrivateHost hostOf(List<BenchVif> vifs) {
    PrivateHost host = new PrivateHost();
    host.makeBridges(BenchVif.bridges(vifs));
    return host;
  }

  private void measure(
      RunTable.Row row,
      PrivateHost host,
      MeasuredSystem.Session session,
      List<BenchVif> vifs,
      int count,
      long interval)
      throws IOException {
    int end = count + WARM_UP_VIFS;
    if (interval > 0) {
      session.latencies(count, end, 0);
      session.unplug(count, end);
    }
    LatencyRecorder recorder = new LatencyRecorder(interval);
    recorder.record(session.latencies(0, count, interval));
    host.checkPlugged(Workload.VETH, vifs.subList(0, count));
    session.unplug(0, count);
    host.checkUnplugged(BenchVif.bridges(vifs));
    table.add(row, recorder.latency());
  }
}
