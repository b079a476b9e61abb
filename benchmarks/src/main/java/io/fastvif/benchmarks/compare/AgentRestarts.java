package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.benchmarks.process.ProcessCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Restarts of the agent with declared VIFs on a host that has none of them, as after a reboot; and
 * what the agent holds and does afterwards, when nothing happens.
 */
final class AgentRestarts {
  static final String WORKLOAD = "back after a reboot";
  static final String OPERATION = "until all are there";
  static final Map<String, String> VETH = Map.of("linux_bridge.create_port", "veth");

  private static final double KIB_PER_MIB = 1024;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Resources resources;
  private final Limits limits;
  private final RunTable table;
  private final Rest rest;
  private final List<String> notes = new ArrayList<>();

  /**
   * How long an agent is left alone.
   *
   * @param settle before it is looked at, in seconds
   * @param between the two looks, in seconds
   */
  record Rest(int settle, int between) {
    /** Threads that are there for a while after work end within ten seconds. */
    static final Rest USUAL = new Rest(12, 10);
  }

  AgentRestarts(Resources resources, Limits limits, RunTable table, Rest rest) {
    this.resources = resources;
    this.limits = limits;
    this.table = table;
    this.rest = rest;
  }

  /** Returns what is no time, in sentences. */
  List<String> run(List<Integer> sizes) {
    atRestWithNothing();
    for (int size : sizes) {
      restart(size);
      library(size);
    }
    return notes;
  }

  private void atRestWithNothing() {
    RunTable.Row row = new RunTable.Row(WORKLOAD, "agent", OPERATION, 0);
    try (PrivateHost host = new PrivateHost();
        AgentProcess agent = AgentProcess.start(host.namespace(), folder(), AgentSystem.VETH)) {
      agent.awaitReady();
      notes.add(rest(agent, 0));
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
    }
  }

  private Path folder() throws IOException {
    return Files.createTempDirectory(resources.folder(), "restart");
  }

  private void restart(int count) {
    List<BenchVif> all = Workload.VETH.vifs(count);
    List<BenchVif> vifs = all.subList(0, count);
    RunTable.Row row = new RunTable.Row(WORKLOAD, "agent", OPERATION, count);
    try {
      Path folder = folder();
      try (PrivateHost before = hostOf(vifs);
          AgentSystem.AgentSession session =
              new AgentSystem.AgentSession(
                  AgentProcess.start(before.namespace(), folder, AgentSystem.VETH), all)) {
        session.plug(0, count);
        session.agent().end();
      }
      try (PrivateHost after = hostOf(vifs);
          AgentProcess agent = AgentProcess.start(after.namespace(), folder, AgentSystem.VETH)) {
        long answering = agent.awaitAnswer();
        long ready = agent.awaitReady();
        after.checkPlugged(Workload.VETH, vifs);
        table.add(row, ready);
        notes.add(
            String.format(
                Locale.ROOT,
                "%,d VIFs were back %.2f s after the start of the agent's process, which answered"
                    + " after %.2f s.",
                count,
                ready / NANOS_PER_SECOND,
                answering / NANOS_PER_SECOND));
        notes.add(rest(agent, count));
      }
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
    }
  }

  /** The library has started, and is told of all at once. */
  private void library(int count) {
    List<BenchVif> all = Workload.VETH.vifs(count);
    List<BenchVif> vifs = all.subList(0, count);
    MeasuredSystem library = new LibrarySystem(VETH);
    RunTable.Row row = new RunTable.Row(WORKLOAD, library.name(), OPERATION, count);
    try (PrivateHost host = hostOf(vifs);
        MeasuredSystem.Session session = library.open(host.namespace(), all, limits)) {
      long nanos = session.plug(0, count);
      host.checkPlugged(Workload.VETH, vifs);
      table.add(row, nanos);
    } catch (IOException | RuntimeException problem) {
      table.failed(row, problem);
    }
  }

  private static PrivateHost hostOf(List<BenchVif> vifs) {
    PrivateHost host = new PrivateHost();
    host.makeBridges(BenchVif.bridges(vifs));
    return host;
  }

  private String rest(AgentProcess agent, int vifs) throws IOException {
    pause(rest.settle);
    ProcessCost before = agent.cost();
    pause(rest.between);
    ProcessCost after = agent.cost();
    return sentence(vifs, before, after, rest.between);
  }

  /** What a process at rest has and did between two looks at it. */
  static String sentence(int vifs, ProcessCost before, ProcessCost after, int seconds) {
    return String.format(
        Locale.ROOT,
        "With %,d VIFs and nothing to do the agent has %.1f MiB resident, of which %.1f are its"
            + " own, %d threads and %d descriptors; its threads were switched to %.1f times a"
            + " second.",
        vifs,
        after.residentKib() / KIB_PER_MIB,
        after.ownKib() / KIB_PER_MIB,
        after.threads(),
        after.descriptors(),
        (double) (after.switches() - before.switches()) / seconds);
  }

  private static void pause(int seconds) {
    long nanos = TimeUnit.SECONDS.toNanos(seconds);
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
