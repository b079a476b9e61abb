package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Measures one workload: every size, in rounds, every system in each. */
final class ComparisonRun {
  private static final Duration INTERVAL = Duration.ofMillis(10);
  private static final int MAX_LATENCIES = 500;
  private static final int WARM_UP_VIFS = 100;
  private static final int WARM_UPS = 60;

  private final Workload workload;
  private final List<MeasuredSystem> systems;
  private final Limits limits;
  private final PrintWriter progress;
  private final List<Result> results = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean failed;

  /**
   * @param systems of which nothing is missing
   * @param progress gets a line for each run
   */
  ComparisonRun(
      Workload workload, List<MeasuredSystem> systems, Limits limits, PrintWriter progress) {
    this.workload = workload;
    this.systems = systems;
    this.limits = limits;
    this.progress = progress;
  }

  /** The rows of the report so far. */
  List<Result> results() {
    return results;
  }

  /** What a reader must know of single rows. */
  List<String> notes() {
    return notes;
  }

  /** Whether a system failed, other than by the time limit. */
  boolean hasFailed() {
    return failed;
  }

  /** What an operation costs of which the JVM has compiled nothing yet. */
  void measureCold() throws IOException {
    for (MeasuredSystem system : systems) {
      if (system instanceof FastvifSystem) {
        List<BenchVif> vifs = workload.vifs(WARM_UP_VIFS);
        try (PrivateHost host = open(vifs);
            MeasuredSystem.Session session = system.open(host.namespace(), vifs, limits)) {
          long first = session.latencies(0, 1, 0)[0];
          long together = session.plug(1, WARM_UP_VIFS) / (WARM_UP_VIFS - 1);
          notes.add(
              ("%s, fastvif in a JVM that was not warmed up: the first plug took %d us, the next %d"
                      + " at once %d us each.")
                  .formatted(
                      workload.title(),
                      TimeUnit.NANOSECONDS.toMicros(first),
                      WARM_UP_VIFS - 1,
                      TimeUnit.NANOSECONDS.toMicros(together)));
        }
      }
    }
  }

  /** Why some single plugs take longer. */
  void explainLatencies(int vifs) throws IOException {
    int count = Math.min(vifs, MAX_LATENCIES);
    for (MeasuredSystem system : systems) {
      if (system instanceof FastvifSystem fastvif && workload.hasPorts()) {
        List<BenchVif> all = workload.vifs(count);
        try (PrivateHost host = open(all);
            FastvifSystem.EngineSession session = fastvif.open(host.namespace(), all, limits)) {
          warm(host, session, count);
          notes.add("fastvif: " + session.slowPlugs(0, count, INTERVAL.toNanos()));
        }
      }
    }
  }

  /** Lets the JVM compile what an agent's has long since compiled. */
  void warmUp() throws IOException {
    for (MeasuredSystem system : systems) {
      if (system instanceof FastvifSystem) {
        List<BenchVif> vifs = workload.vifs(WARM_UP_VIFS);
        for (int i = 0; i < WARM_UPS; i++) {
          try (PrivateHost host = open(vifs);
              MeasuredSystem.Session session = system.open(host.namespace(), vifs, limits)) {
            session.plug(0, WARM_UP_VIFS);
            session.unplug(0, WARM_UP_VIFS);
            session.latencies(0, WARM_UP_VIFS, 0);
          }
        }
      }
    }
  }

  /** Measures a size. */
  void measure(int vifs, int rounds) {
    List<Tally> tallies =
        systems.stream().map(system -> new Tally(workload, system, vifs)).toList();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < tallies.size(); i++) {
        Tally tally = tallies.get((i + round) % tallies.size());
        if (tally.mayRunAgain(limits)) {
          run(tally, vifs);
          report(tally, vifs, "run %d of %d".formatted(round + 1, rounds), tally.describeLast());
        }
      }
    }
    measureLatencies(tallies, Math.min(vifs, MAX_LATENCIES), rounds);
    for (Tally tally : tallies) {
      if (tally.runs() < rounds && !tally.hasFailed()) {
        notes.add(
            "%s, %s, %d VIFs: %d of %d runs, because they took more than %d s."
                .formatted(
                    workload.title(),
                    tally.system().name(),
                    vifs,
                    tally.runs(),
                    rounds,
                    limits.system().toSeconds()));
      }
      results.addAll(tally.results());
    }
  }

  private PrivateHost open(List<BenchVif> vifs) {
    PrivateHost host = new PrivateHost();
    if (workload.hasPorts()) {
      host.makeBridges(BenchVif.bridges(vifs));
    }
    return host;
  }

  private void run(Tally tally, int vifs) {
    List<BenchVif> all = workload.vifs(vifs);
    List<BenchVif> measured = all.subList(0, vifs);
    long start = System.nanoTime();
    boolean plugged = false;
    try (PrivateHost host = open(measured);
        MeasuredSystem.Session session = tally.system().open(host.namespace(), all, limits)) {
      warm(host, session, vifs);
      long plug = session.plug(0, vifs);
      host.checkPlugged(workload, measured);
      tally.plugged(plug);
      plugged = true;
      if (workload.hasPorts()) {
        long unplug = session.unplug(0, vifs);
        host.checkUnplugged(BenchVif.bridges(measured));
        tally.unplugged(unplug);
      }
    } catch (IOException | RuntimeException problem) {
      failed |= !(problem instanceof TimeLimitException);
      if (plugged) {
        tally.unplugFailed(problem.getMessage());
      } else {
        tally.plugFailed(problem.getMessage());
      }
    }
    tally.spent(System.nanoTime() - start);
  }

  /** One VIF more than is measured: a peer's first operation loads what it has put off. */
  private static void warm(PrivateHost host, MeasuredSystem.Session session, int number)
      throws IOException {
    session.plug(number, number + 1);
    session.unplug(number, number + 1);
    host.removeBridge(BenchVif.WARM_UP_BRIDGE);
  }

  /** In turns too, so that all systems meet the machine as it is now and as it is then. */
  private void measureLatencies(List<Tally> tallies, int vifs, int turns) {
    Map<Tally, LatencyRecorder> recorders = new HashMap<>();
    int each = Math.ceilDiv(vifs, turns);
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < tallies.size(); i++) {
        Tally tally = tallies.get((i + turn) % tallies.size());
        boolean isDue = turn == 0 || tally.mayRunAgain(limits);
        if (isDue && tally.system().reportsLatency() && !tally.hasFailed()) {
          LatencyRecorder recorder =
              recorders.computeIfAbsent(tally, key -> new LatencyRecorder(INTERVAL.toNanos()));
          measureLatency(tally, recorder, each);
        }
      }
    }
  }

  private void measureLatency(Tally tally, LatencyRecorder recorder, int vifs) {
    List<BenchVif> all = workload.vifs(vifs);
    List<BenchVif> measured = all.subList(0, vifs);
    try (PrivateHost host = open(measured);
        MeasuredSystem.Session session = tally.system().open(host.namespace(), all, limits)) {
      warm(host, session, vifs);
      recorder.record(session.latencies(0, vifs, INTERVAL.toNanos()));
      host.checkPlugged(workload, measured);
      tally.latency(recorder.latency());
      report(tally, vifs, "latency", "p50 %.0f us".formatted(recorder.latency().p50()));
    } catch (IOException | RuntimeException problem) {
      failed |= !(problem instanceof TimeLimitException);
      String name = tally.system().name();
      notes.add(name + ": no latency of " + vifs + " VIFs: " + problem.getMessage());
      report(tally, vifs, "latency", problem.getMessage());
    }
  }

  private void report(Tally tally, int vifs, String what, String found) {
    progress.printf(
        "%s, %d VIFs, %s: %s: %s%n", workload.title(), vifs, what, tally.system().name(), found);
    progress.flush();
  }
}
