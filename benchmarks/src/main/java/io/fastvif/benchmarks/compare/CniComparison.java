package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** CNI plugins that are executed for the same pods, in turns, in one run. Needs root. */
final class CniComparison {
  static final String FASTVIF = "fastvif";
  static final String REFERENCE = "reference";
  static final String OVS_CNI = "ovs-cni";

  /** The systems that are measured, in the order of the report. */
  static final Set<String> SYSTEMS = new LinkedHashSet<>(List.of(FASTVIF, REFERENCE, OVS_CNI));

  private static final int WARM_UP_PODS = 20;

  private static final List<String> NOTES =
      List.of(
          "A program in C executes the plugins, as a container runtime does, in a network namespace"
              + " of each plugin's own; pods are namespaces that are there already. Links and"
              + " addresses in them, ports and the files of host-local are checked after each"
              + " operation.",
          "fastvif is its client in C, which asks the agent, a process of its own that was warmed"
              + " up; but not \"from boot\", where the agent's start is in the time.",
          "fastvif's DEL ends when the kernel has told everybody that the pod's links are gone, the"
              + " others' when it has answered, 8 to 20 ms later.",
          "The reference plugins are bridge, which runs host-local, and with ipMasq iptables.",
          "ovs-cni, and fastvif's ovs beside it, are measured each on an Open vSwitch of its own"
              + " with the userspace datapath, with host-local.",
          "VERSION, all at once, is the floor of what is at once: the runtime executes the plugin"
              + " and reads its answer, and nothing is done for a pod.",
          "\"All at once\": all processes are started, and then waited for. Its p50 and p99 are of"
              + " the time since the first was started.");

  /**
   * How much is measured.
   *
   * @param lone how many pods one after the other, in each round
   * @param sizes how many pods at once
   * @param node how many pods a node has from boot
   * @param rounds how often each system is run
   * @param warmUps how often the agent adds and deletes 20 pods before it is measured
   */
  record Extent(int lone, List<Integer> sizes, int node, int rounds, int warmUps) {
    private int pods() {
      int most = Math.max(Math.max(lone, node), WARM_UP_PODS);
      return sizes.stream().reduce(most, Math::max);
    }
  }

  private final Resources resources;
  private final Set<String> selected;
  private final CniPrograms programs;
  private final Limits limits;
  private final RunTable table;
  private final Map<RunTable.Row, List<Double>> processor = new LinkedHashMap<>();

  CniComparison(
      Resources resources,
      Set<String> selected,
      CniPrograms programs,
      Limits limits,
      PrintWriter progress) {
    this.resources = resources;
    this.selected = selected;
    this.programs = programs;
    this.limits = limits;
    table = new RunTable(progress);
  }

  /** Whether something could not be measured, or did the wrong thing. */
  boolean hasFailed() {
    return table.hasFailed();
  }

  /**
   * Measures.
   *
   * @param workloads what pods are added to; that of Open vSwitch without ovs-cni is left out
   * @throws IOException if a node cannot be made
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  Report run(List<CniWorkload> workloads, Extent extent) throws IOException {
    try (CniPods pods = new CniPods(extent.pods())) {
      for (CniWorkload workload : workloads) {
        if (workload != CniWorkload.OVS || programs.ovsCni() != null) {
          measure(workload, pods, extent);
        }
      }
    }
    return report();
  }

  private void measure(CniWorkload workload, CniPods pods, Extent extent) throws IOException {
    List<CniRun> runs = new ArrayList<>();
    try {
      for (String system : workload.systems()) {
        if (selected.contains(system)) {
          start(system, workload, pods, extent, runs);
        }
      }
      inTurns(runs, extent.rounds(), run -> run.oneByOne(extent.lone()));
      for (int size : extent.sizes()) {
        inTurns(runs, extent.rounds(), run -> run.crowd(size));
      }
      runs.forEach(CniRun::finish);
      inTurns(runs, extent.rounds(), run -> run.fromBoot(extent.node()));
    } finally {
      runs.forEach(CniRun::close);
    }
  }

  private interface Operation {
    void on(CniRun run);
  }

  private static void inTurns(List<CniRun> runs, int rounds, Operation operation) {
    runs.forEach(CniRun::begin);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < runs.size(); i++) {
        operation.on(runs.get((i + round) % runs.size()));
      }
    }
  }

  private void start(
      String system, CniWorkload workload, CniPods pods, Extent extent, List<CniRun> runs)
      throws IOException {
    Optional<String> missing = programs.missing(system);
    if (missing.isPresent()) {
      table.failed(
          new RunTable.Row(workload.title(), system, CniRun.ADD + CniRun.ONE, 1),
          new IOException(missing.get()));
      return;
    }
    CniHost host = new CniHost(system, workload, pods, programs, resources, limits);
    runs.add(new CniRun(host, limits, table, processor));
    runs.getLast().warmUp(WARM_UP_PODS, system.equals(FASTVIF) ? extent.warmUps() : 1);
  }

  private Report report() throws IOException {
    Map<String, String> machine = Machine.describe(List.of());
    machine.put(REFERENCE, CniPrograms.referenceVersion());
    machine.put(FASTVIF, new FastvifSystem("none").version());
    machine.put("load", Machine.load());
    List<String> notes = new ArrayList<>(NOTES);
    notes.add(sentence(processor));
    return new Report(machine, table.results(), notes);
  }

  /** What operations took of the processors, the median of the runs. */
  static String sentence(Map<RunTable.Row, List<Double>> millis) {
    List<String> parts = new ArrayList<>();
    millis.forEach(
        (row, runs) ->
            parts.add(
                String.format(Locale.ROOT, "%s: %.1f", row, Result.median(runs) / row.vifs())));
    return "Processor time in milliseconds per pod, of the plugin, of what it runs, and of the"
        + " agent, without Open vSwitch's: "
        + String.join("; ", parts)
        + ".";
  }
}
