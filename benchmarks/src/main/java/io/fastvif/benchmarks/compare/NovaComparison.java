package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.OvsSwitch;
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

/**
 * Nova's VIF driver with os-vif's own plugins and with fastvif's, in turns, in one run. Needs root.
 */
final class NovaComparison {
  /** The systems that are measured, in the order of the report. */
  static final Set<String> SYSTEMS =
      new LinkedHashSet<>(List.of(NovaHost.FASTVIF, NovaHost.OS_VIF));

  private static final int WARM_UP_VIFS = 20;

  private static final List<String> NOTES =
      List.of(
          "Nova's LibvirtGenericVIFDriver plugs and unplugs, in a process with eventlet as"
              + " nova-compute has it, without database, message bus and libvirt. Each system has a"
              + " host of its own with an Open vSwitch (userspace datapath); they take turns, and"
              + " ports and links are checked after each operation.",
          "os-vif's own plugins have their privileged half in Nova's process here. On a compute"
              + " node that is another process, which each of their steps asks.",
          "fastvif is its os-vif plugin, which asks the agent, a process of its own that was warmed"
              + " up. It answers when its disk has the declaration, synced.",
          "\"plug again\" is what nova-compute does when it starts: a new process plugs all that is"
              + " plugged already. Its first connections are in the time, its start is not.",
          "With \"bridge\" each VIF has a network and so a Linux bridge of its own. os-vif's plugin"
              + " does not unplug it.",
          "What fastvif and the kernel do after the answer (deleting a hybrid VIF's bridge, waiting"
              + " for whoever may still look at links that are gone) is not in the times of"
              + " \"unplug\".",
          "A lone plug is one every 100 ms on a host with the others of them, corrected for"
              + " coordinated omission.");

  private final Resources resources;
  private final Set<String> selected;
  private final Limits limits;
  private final int warmUps;
  private final RunTable table;
  private final Map<RunTable.Row, List<Double>> processor = new LinkedHashMap<>();

  /**
   * @param warmUps how often the agent plugs, plugs again and unplugs 20 VIFs before it is measured
   */
  NovaComparison(
      Resources resources, Set<String> selected, Limits limits, int warmUps, PrintWriter progress) {
    this.resources = resources;
    this.selected = selected;
    this.limits = limits;
    this.warmUps = warmUps;
    table = new RunTable(progress);
  }

  /** Whether something could not be measured, or did the wrong thing. */
  boolean hasFailed() {
    return table.hasFailed();
  }

  /**
   * Measures.
   *
   * @param workloads what is plugged
   * @param sizes how many VIFs
   * @param lone how many lone plugs
   * @param rounds how often each system is run at each size
   * @throws IOException if there is no Open vSwitch
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  Report run(List<NovaWorkload> workloads, List<Integer> sizes, int lone, int rounds)
      throws IOException {
    if (OvsSwitch.missing().isPresent()) {
      throw new IOException(
          "Open vSwitch is missing: apt-get install " + OvsSwitch.missing().get());
    }
    for (NovaWorkload workload : workloads) {
      measure(workload, sizes, lone, rounds);
    }
    return report();
  }

  private void measure(NovaWorkload workload, List<Integer> sizes, int lone, int rounds)
      throws IOException {
    int total = warmUps * WARM_UP_VIFS + lone;
    total += 2 * rounds * sizes.stream().mapToInt(Integer::intValue).sum();
    List<NovaRun> runs = new ArrayList<>();
    try {
      for (String system : SYSTEMS) {
        if (selected.contains(system)) {
          start(system, workload, total, runs);
        }
      }
      for (NovaRun run : runs) {
        run.lonePlugs(lone);
      }
      for (int size : sizes) {
        runs.forEach(NovaRun::begin);
        for (int round = 0; round < rounds; round++) {
          for (int i = 0; i < runs.size(); i++) {
            NovaRun run = runs.get((i + round) % runs.size());
            if (run.mayRun()) {
              run.round(size);
            }
          }
        }
      }
    } finally {
      runs.forEach(NovaRun::close);
    }
  }

  private void start(String system, NovaWorkload workload, int total, List<NovaRun> runs)
      throws IOException {
    Optional<String> missing = NovaHost.missing(system);
    if (missing.isPresent()) {
      table.failed(
          new RunTable.Row(workload.title(), system, NovaRun.PLUG, 1),
          new IOException("not installed: apt-get install " + missing.get()));
      return;
    }
    NovaHost host = NovaHost.start(system + "-" + workload.kind(), system, resources, limits);
    try {
      runs.add(new NovaRun(host, workload, total, limits, table, processor));
    } catch (IOException | RuntimeException problem) {
      host.close();
      throw problem;
    }
    boolean isCompiled = system.equals(NovaHost.FASTVIF);
    runs.getLast().warmUp(isCompiled ? WARM_UP_VIFS : 1, isCompiled ? warmUps : 1);
  }

  private Report report() throws IOException {
    Map<String, String> machine = Machine.describe(List.of());
    machine.put("Nova", Child.version("python3-nova", "nova-compute", "--version"));
    machine.put("os-vif", new OsVif(resources).version());
    machine.put("fastvif", new FastvifSystem("none").version());
    machine.put("Open vSwitch", OvsSwitch.version());
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
    return "Processor time in milliseconds per VIF, of Nova's process and of the agent, without"
        + " Open vSwitch's: "
        + String.join("; ", parts)
        + ".";
  }
}
