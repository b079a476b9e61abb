package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.Result;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The whole comparison: both workloads, and the report of them. */
final class Comparing {
  private static final List<String> NOTES =
      List.of(
          "A VIF of \"veth on a bridge\" is a veth pair: the host's end on a bridge and up, the"
              + " guest's end up; at most 1,023 on a bridge. The bridges are made before, as os-vif"
              + " makes them: without multicast snooping, so they flood what new ports send. With"
              + " snooping the systems that leave IPv6 on are faster. After each"
              + " plug and unplug the namespace is read and must be as it should.",
          "Each run has a private network namespace. In each round every system has its turn, in an"
              + " order that rotates. The figure is the median of the runs.",
          "fastvif is a library of the measuring JVM, warmed up on 6,000 VIFs before, as one that"
              + " has run for a while is. Its time is that of reading the host, planning,"
              + " submitting all plans at once and waiting for the last result.",
          "c-floor is a C program that sends the messages that fastvif sends, in sends of the same"
              + " sizes: what the kernel alone takes.",
          "ip and ip-batch are measured from the start of their processes to the end, as commands"
              + " are used so. c-floor, pyroute2, go-netlink and os-vif are started, have loaded"
              + " everything and have plugged and unplugged one VIF before their time begins.",
          "fastvif's ports and, as long as they are on the host, the guests' ends have no IPv6, and"
              + " one queue. The others use the kernel's defaults, which make it flood the bridge"
              + " with what each new port sends. ip-batch-tuned is ip -batch with addrgenmode none"
              + " and one queue on both ends, as far as ip can go.",
          "fastvif's unplug ends when the kernel has told everybody that the links are gone, those"
              + " of the others when it has answered, which waits for readers that may still see"
              + " them: 8 to 20 ms once for all that leave together, for fastvif's next round too.",
          "fastvif also sets each port's alias and makes it promiscuous, which the others do not.",
          "fastvif's single VIFs are plugged by the thread that waits for them, as VifHost's"
              + " submitAndWait does.",
          "Latency is that of single VIFs that arrive every 10 ms on a host with no others at"
              + " first, some 500 of them, in turns, corrected for coordinated omission. fastvif"
              + " plans each with what it read of the host once before. ip -batch cannot be asked"
              + " for it.",
          "\"bridge-only\" is what os-vif's linux_bridge plugin does for the same sort of VIF,"
              + " which makes no port: the bridge, if it is not there. Its unplug does nothing.");

  private final Resources resources;
  private final Set<String> selected;
  private final Limits limits;
  private final PrintWriter progress;
  private boolean failed;

  Comparing(Resources resources, Set<String> selected, Limits limits, PrintWriter progress) {
    this.resources = resources;
    this.selected = selected;
    this.limits = limits;
    this.progress = progress;
  }

  /** The names of all systems. */
  static Set<String> systems(Resources resources) {
    Set<String> names = new LinkedHashSet<>();
    for (Workload workload : Workload.values()) {
      workload.systems(resources).forEach(system -> names.add(system.name()));
    }
    return names;
  }

  /** Whether a system failed. */
  boolean hasFailed() {
    return failed;
  }

  /**
   * Measures.
   *
   * @param rounds how often each system is run at each size
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  Report run(List<Integer> sizes, int rounds) throws IOException {
    Netns.createPrivate().close(); // or each run would say that it needs root
    List<MeasuredSystem> described = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    List<String> notes = new ArrayList<>(NOTES);
    for (Workload workload : Workload.values()) {
      List<MeasuredSystem> present = new ArrayList<>();
      List<Result> absent = new ArrayList<>();
      for (MeasuredSystem system : participants(workload)) {
        if (system.missing().isEmpty()) {
          present.add(system);
          if (described.stream().noneMatch(other -> other.name().equals(system.name()))) {
            described.add(system);
          }
        } else {
          String reason = "not installed: apt-get install " + system.missing().get();
          progress.println(system.name() + ": " + reason);
          sizes.forEach(size -> absent.addAll(Tally.absent(workload, system, size, reason)));
        }
      }
      progress.flush();
      ComparisonRun run = new ComparisonRun(workload, present, limits, progress);
      if (workload == Workload.VETH) {
        run.measureCold();
      }
      run.warmUp();
      sizes.forEach(size -> run.measure(size, rounds));
      run.explainLatencies(Collections.max(sizes));
      results.addAll(run.results());
      results.addAll(absent);
      notes.addAll(run.notes());
      failed |= run.hasFailed();
    }
    Map<String, String> machine = Machine.describe(described);
    return new Report(machine, results, notes);
  }

  /** Nobody but fastvif can do what os-vif does, and alone there is nothing to compare it with. */
  private List<MeasuredSystem> participants(Workload workload) {
    if (workload == Workload.BRIDGE_ONLY && !selected.contains("os-vif")) {
      return List.of();
    }
    return workload.systems(resources).stream()
        .filter(system -> selected.contains(system.name()))
        .toList();
  }
}
