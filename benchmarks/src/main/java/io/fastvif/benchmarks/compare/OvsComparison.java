package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.Result;
import io.fastvif.plan.BridgeKeeping;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The comparison on Open vSwitch: all systems on the same switch, in turns, in one run. Needs root.
 */
final class OvsComparison {
  private static final String HOST = "fastvif-host";

  /** For as long as the churn needs, so that the wait until nothing is left is not much longer. */
  private static final BridgeKeeping KEPT = new BridgeKeeping(16, Duration.ofSeconds(1));

  /** The systems that are measured, in the order of the report. */
  static final Set<String> SYSTEMS =
      new LinkedHashSet<>(
          List.of("fastvif", HOST, OvsFloor.NAME, "os-vif", "ovs-vsctl", "ovs-vsctl-no-wait"));

  private static final int WARM_UP_VIFS = 40;
  private static final int CHURNED_VIFS = 10;
  private static final int WARM_UPS = 5;

  /** One VIF goes another way through the engine than many together. */
  private static final int LONE_WARM_UPS = 40;

  /**
   * As many lone plugs and unplugs more, one behind the other, as the churn has them: with 40 alone
   * the compiler took as much of the processors during the churn as ovs-vswitchd.
   */
  private static final int CHURN_WARM_UPS = 500;

  private static final Duration MAX_CHURN_WARM_UP = Duration.ofSeconds(20);

  private static final double NANOS_PER_MICRO = 1e3;

  private static final List<String> NOTES =
      List.of(
          "All systems work on the same Open vSwitch (userspace datapath, in a private network"
              + " namespace), in turns, in an order that rotates; ports and links are checked after"
              + " each operation. The figure is the median of the runs.",
          "\"plug\" and \"unplug\" are what the caller waits for: in the end the database has the"
              + " change. \"until applied\" adds the wait until ovs-vswitchd has applied it (with"
              + " an ovs-vsctl call, some 6 ms for all VIFs together), \"until nothing is left\""
              + " the wait until no link of the VIFs is left either.",
          "\"churn\" is one VIF after the other of at most 10, unplugged and plugged again with all"
              + " others plugged: the time of both, and a share of the wait until ovs-vswitchd has"
              + " applied all and no link is left of it.",
          "fastvif's unplug of a hybrid VIF renames its Linux bridge and deletes it after the"
              + " answer: that wait is in \"until nothing is left\" only. Nobody else's is.",
          "fastvif's time is that of reading the host, planning, submitting all plans at once and"
              + " waiting for the last result, after a warm-up of "
              + WARM_UPS
              + " times "
              + WARM_UP_VIFS
              + " VIFs together and "
              + LONE_WARM_UPS
              + " times a lone one; before several runs, hybrid ones "
              + CHURN_WARM_UPS
              + " times more (at most "
              + MAX_CHURN_WARM_UP.toSeconds()
              + " s). os-vif runs in one process with its"
              + " privileged half, with its native interface to the database, and has plugged and"
              + " unplugged one VIF before its time begins. Its transactions wait for"
              + " ovs-vswitchd.",
          HOST
              + " is fastvif as its agent has it: a VifHost that follows the host by events, and"
              + " keeps 16 bridges of hybrid VIFs that were unplugged for the next that are plugged"
              + " (the agent for a minute, here for a second, which counts in \"until nothing is"
              + " left\").",
          OvsFloor.NAME
              + " is the floor: fastvif's own transactions, sent by a Python program that knows the"
              + " rows and checks nothing but the answers, and the taps' MTU and deletion; it waits"
              + " for the kernel's answer to the deletion, fastvif for the news that the tap is"
              + " gone.",
          "ovs-vsctl is one call for all ports, from the start of its process to the end, and sets"
              + " nothing but the ports; it leaves the taps, and makes no hybrid VIFs."
              + " ovs-vsctl-no-wait is the same with --no-wait.",
          "Removing a port takes ovs-vswitchd some 13 ms, whoever removes it and whether its device"
              + " is gone before or not: closing its packet socket the kernel waits for RCU"
              + " (packet_release).");

  /** What a system's runs took, by operation. */
  private static final class Runs {
    final MeasuredSystem system;
    final Map<Operation, List<Double>> micros = new EnumMap<>(Operation.class);
    String problem;
    long spentNanos;

    Runs(MeasuredSystem system) {
      this.system = system;
      for (Operation operation : Operation.values()) {
        micros.put(operation, new ArrayList<>());
      }
    }

    void add(Operation operation, long nanos, int vifs) {
      micros.get(operation).add(nanos / NANOS_PER_MICRO / vifs);
    }
  }

  /** What is timed. */
  private enum Operation {
    PLUG("plug"),
    PLUG_APPLIED("plug, until applied"),
    CHURN("churn: unplug one, plug it, until nothing is left"),
    UNPLUG("unplug"),
    UNPLUG_GONE("unplug, until nothing is left");

    final String title;

    Operation(String title) {
      this.title = title;
    }
  }

  private final Resources resources;
  private final Set<String> selected;
  private final Limits limits;
  private final PrintWriter progress;
  private final List<Result> results = new ArrayList<>();
  private boolean failed;

  OvsComparison(Resources resources, Set<String> selected, Limits limits, PrintWriter progress) {
    this.resources = resources;
    this.selected = selected;
    this.limits = limits;
    this.progress = progress;
  }

  /** Whether a system failed. */
  boolean hasFailed() {
    return failed;
  }

  /**
   * Measures.
   *
   * @param rounds how often each system is run at each size
   * @throws IOException if there is no Open vSwitch
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  Report run(List<Integer> sizes, int rounds) throws IOException {
    if (OvsSwitch.missing().isPresent()) {
      throw new IOException(
          "Open vSwitch is missing: apt-get install " + OvsSwitch.missing().get());
    }
    try (OvsSwitch host = new OvsSwitch(resources.folder().resolve("ovs"))) {
      List<MeasuredSystem> systems =
          List.of(
              new FastvifOvs(host.address()),
              new LibrarySystem(HOST, Map.of("ovs.ovsdb_connection", host.address()), KEPT),
              new OvsFloor(resources, host.address()),
              new OsVifOvs(resources, host.address()),
              new OvsVsctl(host, true),
              new OvsVsctl(host, false));
      List<MeasuredSystem> chosen =
          systems.stream().filter(system -> selected.contains(system.name())).toList();
      for (OvsWorkload workload : OvsWorkload.values()) {
        warmUp(host, workload, chosen, rounds);
        for (int size : sizes) {
          measure(host, workload, chosen, size, rounds);
        }
      }
      Map<String, String> machine = Machine.describe(chosen);
      machine.put("Open vSwitch", OvsSwitch.version());
      return new Report(machine, results, NOTES);
    }
  }

  /** Lets the JVM compile what an agent's has long since compiled. */
  private void warmUp(
      OvsSwitch host, OvsWorkload workload, List<MeasuredSystem> systems, int rounds)
      throws IOException {
    for (MeasuredSystem system : systems) {
      if (system instanceof FastvifOvs || system instanceof LibrarySystem) {
        List<BenchVif> vifs = workload.vifs(WARM_UP_VIFS);
        Runs discarded = new Runs(system);
        try (MeasuredSystem.Session session = system.open(host.namespace(), vifs, limits)) {
          for (int i = 0; i < WARM_UPS; i++) {
            operate(host, workload, session, discarded, vifs, 0, WARM_UP_VIFS);
          }
          for (int i = 0; i < LONE_WARM_UPS; i++) {
            operate(host, workload, session, discarded, vifs, 0, 1);
          }
          if (workload == OvsWorkload.HYBRID && rounds > 1) {
            warmUpChurn(host, session);
          }
        }
      }
    }
  }

  private void warmUpChurn(OvsSwitch host, MeasuredSystem.Session session) throws IOException {
    long begun = System.nanoTime();
    for (int i = 0;
        i < CHURN_WARM_UPS && System.nanoTime() - begun < MAX_CHURN_WARM_UP.toNanos();
        i++) {
      session.plug(0, 1);
      session.unplug(0, 1);
    }
    host.awaitApplied();
    host.awaitGone(Set.of(), limits.operation());
  }

  private void measure(
      OvsSwitch host, OvsWorkload workload, List<MeasuredSystem> systems, int vifs, int rounds)
      throws IOException {
    List<Runs> all = new ArrayList<>();
    for (MeasuredSystem system : systems) {
      boolean isForPorts = system instanceof OvsVsctl || system instanceof OvsFloor;
      if (isForPorts && workload == OvsWorkload.HYBRID) {
        continue;
      }
      Runs runs = new Runs(system);
      system.missing().ifPresent(name -> runs.problem = "not installed: apt-get install " + name);
      all.add(runs);
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < all.size(); i++) {
        Runs runs = all.get((i + round) % all.size());
        if (runs.problem == null && runs.spentNanos < limits.system().toNanos()) {
          run(host, workload, runs, vifs);
          report(workload, runs, vifs, round);
        }
      }
    }
    for (Runs runs : all) {
      for (Operation operation : Operation.values()) {
        if (operation == Operation.CHURN && workload != OvsWorkload.HYBRID) {
          continue; // whoever has made the device would have to make it again
        }
        results.add(
            Result.ofRuns(
                workload.title(),
                runs.system.name(),
                operation.title,
                vifs,
                runs.micros.get(operation),
                null,
                runs.problem));
      }
    }
  }

  private void run(OvsSwitch host, OvsWorkload workload, Runs runs, int vifs) throws IOException {
    List<BenchVif> all = workload.vifs(vifs);
    long start = System.nanoTime();
    try (MeasuredSystem.Session session = runs.system.open(host.namespace(), all, limits)) {
      operate(host, workload, session, new Runs(runs.system), all, vifs, vifs + 1);
      operate(host, workload, session, runs, all, 0, vifs);
    } catch (IOException | RuntimeException problem) {
      failed = true;
      runs.problem = problem.getMessage();
      host.clear();
    }
    runs.spentNanos += System.nanoTime() - start;
  }

  /** Plugs and unplugs the VIFs from one number to below another, and checks what comes of it. */
  private void operate(
      OvsSwitch host,
      OvsWorkload workload,
      MeasuredSystem.Session session,
      Runs runs,
      List<BenchVif> all,
      int from,
      int to)
      throws IOException {
    List<BenchVif> vifs = all.subList(from, to);
    Set<String> ports = vifs.stream().map(BenchVif::host).collect(Collectors.toSet());
    if (workload.hasTaps()) {
      host.makeTaps(List.copyOf(ports));
    }
    long plug = session.plug(from, to);
    long begun = System.nanoTime();
    host.awaitApplied();
    runs.add(Operation.PLUG, plug, vifs.size());
    runs.add(Operation.PLUG_APPLIED, plug + System.nanoTime() - begun, vifs.size());
    if (!host.ports().equals(ports) || !host.links().containsAll(ports)) {
      throw new IOException("wrong result: the ports are " + host.ports());
    }
    if (workload == OvsWorkload.HYBRID) {
      churn(host, session, runs, from, to);
    }
    long unplug = session.unplug(from, to);
    begun = System.nanoTime();
    host.awaitApplied();
    host.awaitGone(runs.system instanceof OvsVsctl ? ports : Set.of(), limits.operation());
    runs.add(Operation.UNPLUG, unplug, vifs.size());
    runs.add(Operation.UNPLUG_GONE, unplug + System.nanoTime() - begun, vifs.size());
    if (!host.ports().isEmpty()) {
      throw new IOException("wrong result: the ports " + host.ports() + " are left");
    }
    host.clear();
  }

  /**
   * Unplugs and plugs a few of the VIFs, one after the other, with the others plugged, and waits
   * until ovs-vswitchd and the kernel have nothing left to do for it.
   */
  private void churn(OvsSwitch host, MeasuredSystem.Session session, Runs runs, int from, int to)
      throws IOException {
    Set<String> links = host.links();
    int count = Math.min(CHURNED_VIFS, to - from);
    long begun = System.nanoTime();
    for (int i = from; i < from + count; i++) {
      session.unplug(i, i + 1);
      session.plug(i, i + 1);
    }
    host.awaitApplied();
    host.awaitGone(links, limits.operation());
    runs.add(Operation.CHURN, System.nanoTime() - begun, count);
    if (!host.links().equals(links)) {
      throw new IOException("wrong result: the links after the churn are " + host.links());
    }
  }

  private void report(OvsWorkload workload, Runs runs, int vifs, int round) {
    Map<String, Long> shown = new LinkedHashMap<>();
    runs.micros.forEach(
        (operation, micros) -> {
          if (!micros.isEmpty()) {
            shown.put(operation.title, Math.round(micros.getLast()));
          }
        });
    progress.printf(
        "%s, %d VIFs, run %d: %s, us per VIF: %s%n",
        workload.title(),
        vifs,
        round + 1,
        runs.system.name(),
        runs.problem == null ? shown : runs.problem);
    progress.flush();
  }
}
