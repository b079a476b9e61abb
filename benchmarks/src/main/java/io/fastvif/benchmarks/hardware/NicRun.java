package io.fastvif.benchmarks.hardware;

import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Measures workloads on a NIC, every system in each round, in an order that rotates. */
final class NicRun {
  private static final int WARM_UPS = 10;
  private static final double NANOS_PER_MICRO = 1e3;

  private final NicSystem own;
  private final List<NicSystem> systems;
  private final Supplier<NicState> reader;
  private final PrintWriter progress;
  private final NicState before;
  private final NicRestorer restorer;
  private final List<Result> results = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final ReentrantLock atWork = new ReentrantLock();
  private boolean stopped;
  private boolean failed;

  /**
   * Reads the NIC.
   *
   * @param own finds out what the driver takes, restores, and is warmed up if it is measured
   * @param systems the measured ones, of which nothing is missing
   * @param reader reads the NIC
   * @param progress gets a line for each run
   */
  NicRun(NicSystem own, List<NicSystem> systems, Supplier<NicState> reader, PrintWriter progress) {
    this.own = own;
    this.systems = List.copyOf(systems);
    this.reader = reader;
    this.progress = progress;
    before = reader.get();
    List<NicSystem> all = new ArrayList<>(systems);
    all.remove(own);
    all.addFirst(own);
    restorer = new NicRestorer(before, all);
  }

  /** What the NIC was like. */
  NicState before() {
    return before;
  }

  /** The rows of the report so far. */
  List<Result> results() {
    return results;
  }

  /** What a reader must know of single rows. */
  List<String> notes() {
    return notes;
  }

  /** Whether a system failed. */
  boolean hasFailed() {
    return failed;
  }

  /** The one system's runs of one workload. */
  private static final class Runs {
    private final NicSystem system;
    private final List<Double> done = new ArrayList<>();
    private final List<Double> undone = new ArrayList<>();
    private String problem;
    private String undoProblem;

    Runs(NicSystem system) {
      this.system = system;
    }
  }

  /**
   * Which attributes the NIC's driver takes: each is tried on the first VF.
   *
   * @throws IOException if what was tried cannot be undone
   */
  Set<VfAttribute> supported() throws IOException {
    Set<VfAttribute> supported = EnumSet.noneOf(VfAttribute.class);
    VfState first = before.vfs().getFirst();
    for (VfAttribute attribute : VfAttribute.values()) {
      VfState tried = first.with(List.of(attribute), NicWorkload.different(first));
      List<VfState> vfs = new ArrayList<>(before.vfs());
      vfs.set(0, tried);
      try {
        apply(own, before, before.withVfs(vfs));
        supported.add(attribute);
      } catch (IOException refused) {
        notes.add(
            "Without \"%s\", which was tried and failed: %s"
                .formatted(tried.settings(List.of(attribute)), refused.getMessage()));
      }
      restore();
    }
    return supported;
  }

  /** Adds rows that say why a workload is not measured. */
  void skip(NicWorkload workload, String problem) {
    for (NicSystem system : systems) {
      results.addAll(workload.withoutFigure(system.name(), before.vfs().size(), problem));
    }
    progress.println(workload.title() + ": " + problem);
    progress.flush();
  }

  /**
   * Measures a workload.
   *
   * @throws IOException if the NIC cannot be brought back into the state it was in
   */
  void measure(NicWorkload workload, Set<VfAttribute> supported, int rounds) throws IOException {
    NicState target = workload.target(before, supported);
    List<Runs> all = systems.stream().map(Runs::new).toList();
    if (systems.contains(own)) {
      warmUp(target);
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < all.size(); i++) {
        Runs runs = all.get((i + round) % all.size());
        if (runs.problem == null && runs.undoProblem == null) {
          run(runs, target);
          progress.printf(
              "%s, %d VFs, run %d of %d: %s: %s%n",
              workload.title(),
              before.vfs().size(),
              round + 1,
              rounds,
              runs.system.name(),
              describe(workload, runs));
          progress.flush();
        }
      }
    }
    all.forEach(runs -> report(workload, runs));
  }

  /** A failure shows in the first run. */
  private void warmUp(NicState target) throws IOException {
    try {
      for (int i = 0; i < WARM_UPS; i++) {
        apply(own, before, target);
        apply(own, target, before);
      }
    } catch (IOException again) {
      restore();
    }
  }

  private void run(Runs runs, NicState target) throws IOException {
    try {
      runs.done.add(apply(runs.system, before, target));
      runs.undone.add(apply(runs.system, target, before));
    } catch (IOException problem) {
      failed = true;
      if (runs.done.size() == runs.undone.size()) {
        runs.problem = problem.getMessage();
        runs.undoProblem = "not measured: there was nothing to undo";
      } else {
        runs.undoProblem = problem.getMessage();
      }
      restore();
    }
  }

  /** Leads the NIC from one state to another, and checks that it is in that one. */
  private double apply(NicSystem system, NicState from, NicState to) throws IOException {
    List<List<NicChange>> changes = from.changesTo(to);
    atWork.lock();
    try {
      if (stopped) {
        throw new IOException("interrupted");
      }
      long nanos = system.apply(changes);
      List<String> wrong = NicChange.words(reader.get().changesTo(to));
      if (!wrong.isEmpty()) {
        throw new IOException("wrong result: what was not done: " + String.join("; ", wrong));
      }
      return nanos / NANOS_PER_MICRO / before.vfs().size();
    } finally {
      atWork.unlock();
    }
  }

  /**
   * Brings the NIC back into the state it was in.
   *
   * @throws IOException if that fails, with the commands that would do it
   */
  void restore() throws IOException {
    atWork.lock();
    try {
      restorer.restore(reader);
    } finally {
      atWork.unlock();
    }
  }

  /**
   * Waits for the operation that is under way, keeps others from being begun, and restores.
   *
   * @param again reads the NIC, on another thread than that of the run
   */
  void stop(Supplier<NicState> again) throws IOException {
    atWork.lock();
    try {
      stopped = true;
      restorer.restore(again);
    } finally {
      atWork.unlock();
    }
  }

  private static String describe(NicWorkload workload, Runs runs) {
    return describe(workload.operation(), runs.done, runs.problem)
        + ", "
        + describe(workload.undo(), runs.undone, runs.undoProblem);
  }

  private static String describe(String operation, List<Double> runs, String problem) {
    return problem == null
        ? "%s %.0f us per VF".formatted(operation, runs.getLast())
        : operation + ": " + problem;
  }

  private void report(NicWorkload workload, Runs runs) {
    String name = runs.system.name();
    int vfs = before.vfs().size();
    String title = workload.title();
    results.add(
        Result.ofRuns(title, name, workload.operation(), vfs, runs.done, null, runs.problem));
    results.add(
        Result.ofRuns(title, name, workload.undo(), vfs, runs.undone, null, runs.undoProblem));
  }
}
