package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.benchmarks.process.OvsSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A restart on Open vSwitch with hybrid VIFs, beside os-vif, on one switch. What is measured ends
 * when the database has all ports, as os-vif's plug does.
 */
final class AgentOvsRestart {
  static final String WORKLOAD = "back after a reboot, hybrid VIFs on Open vSwitch";

  private final Resources resources;
  private final Limits limits;
  private final RunTable table;

  AgentOvsRestart(Resources resources, Limits limits, RunTable table) {
    this.resources = resources;
    this.limits = limits;
    this.table = table;
  }

  void run(int count) throws IOException {
    if (OvsSwitch.missing().isPresent()) {
      table.failed(
          new RunTable.Row(WORKLOAD, "agent", AgentRestarts.OPERATION, count),
          new IOException("not installed: apt-get install " + OvsSwitch.missing().get()));
      return;
    }
    List<BenchVif> all = OvsWorkload.HYBRID.vifs(count);
    try (OvsSwitch host = new OvsSwitch(resources.folder().resolve("agent-ovs"))) {
      agent(host, all, count);
      toldAll(new FastvifOvs(host.address()), host, all, count);
      toldAll(new OsVifOvs(resources, host.address()), host, all, count);
    }
  }

  private static RunTable.Row row(String system, int count) {
    return new RunTable.Row(WORKLOAD, system, AgentRestarts.OPERATION, count);
  }

  private void agent(OvsSwitch host, List<BenchVif> all, int count) throws IOException {
    Path folder = Files.createTempDirectory(resources.folder(), "restart-ovs");
    List<String> options = List.of("-o", "ovs.ovsdb_connection=" + host.address());
    try {
      try (AgentSystem.AgentSession session =
          new AgentSystem.AgentSession(
              AgentProcess.start(host.namespace(), folder, options), all)) {
        session.plug(0, count);
        session.agent().end();
      }
      host.clear();
      try (AgentProcess agent = AgentProcess.start(host.namespace(), folder, options)) {
        long nanos = agent.awaitReady();
        requirePorts(host, all, count);
        table.add(row("agent", count), nanos);
      }
    } catch (IOException | RuntimeException problem) {
      table.failed(row("agent", count), problem);
    } finally {
      host.clear();
    }
  }

  /** A system that has started, with its classes loaded and a VIF plugged before. */
  private void toldAll(MeasuredSystem system, OvsSwitch host, List<BenchVif> all, int count)
      throws IOException {
    RunTable.Row row = row(system.name(), count);
    if (system.missing().isPresent()) {
      table.failed(
          row, new IOException("not installed: apt-get install " + system.missing().get()));
      return;
    }
    try (MeasuredSystem.Session session = system.open(host.namespace(), all, limits)) {
      session.plug(count, count + 1);
      session.unplug(count, count + 1);
      long nanos = session.plug(0, count);
      requirePorts(host, all, count);
      table.add(row, nanos);
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
    } finally {
      host.clear();
    }
  }

  private static void requirePorts(OvsSwitch host, List<BenchVif> all, int count)
      throws IOException {
    Set<String> wanted =
        all.subList(0, count).stream().map(BenchVif::host).collect(Collectors.toSet());
    if (!host.ports().equals(wanted) || !host.links().containsAll(wanted)) {
      throw new IOException("wrong result: the ports are " + host.ports());
    }
  }
}
