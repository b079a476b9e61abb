package io.fastvif.benchmarks.soak;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.benchmarks.process.AgentProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * One run of the agent's soak: clients over its socket, changes by hand, nonsense, and, in the
 * second half, restarts and kills. The first half has one agent, whose memory and descriptors can
 * be compared. Needs root.
 */
final class AgentSoak {
  private static final long TICK_MILLIS = 100;
  private static final long JOIN_MILLIS = 180_000;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long CHECKS_AT_LEAST = 6;
  private static final long RESTART_NANOS = TimeUnit.SECONDS.toNanos(6);
  private static final int DIGITS = 3;
  private static final int SWITCHED_OF_10 = 2;

  private final SoakOptions options;
  private final SoakProgress progress;
  private final Violations violations = new Violations();
  private final Gate gate = new Gate();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentHistogram requestMicros = new ConcurrentHistogram(DIGITS);
  private final RepairTimes repairs = new RepairTimes();

  AgentSoak(SoakOptions options, SoakProgress progress) {
    this.options = options;
    this.progress = progress;
  }

  /** Runs it, and reports. */
  AgentSoakReport run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("fastvif-soak");
    try (AgentHost host = new AgentHost(folder.resolve("ovs"));
        AgentLife life = new AgentLife(host, folder)) {
      return run(folder, host, life);
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private List<AgentVif> vifs(boolean hasOvs) {
    List<AgentVif> vifs = new ArrayList<>();
    for (int i = 1; i <= options.vifs(); i++) {
      boolean isSwitched = hasOvs && i % 10 < SWITCHED_OF_10;
      AgentVif.Sort other = i % 2 == 0 ? AgentVif.Sort.TAP : AgentVif.Sort.BRIDGED;
      vifs.add(new AgentVif(i, isSwitched ? AgentVif.Sort.SWITCHED : other));
    }
    return vifs;
  }

  private AgentSoakReport run(Path folder, AgentHost host, AgentLife life)
      throws IOException, InterruptedException {
    List<AgentVif> vifs = vifs(host.ovs() != null);
    AgentChecker checker = new AgentChecker(vifs, host.others());
    AgentInspector inspector = new AgentInspector(host, life, checker, gate, violations);
    List<AgentWorker> workers = new ArrayList<>();
    for (int i = 0; i < options.threads(); i++) {
      AgentWorker worker =
          new AgentWorker(vifs, random(i), life, gate, this::isStopped, violations, requestMicros);
      workers.add(worker);
      start("soak-client-" + i, worker);
    }
    start(
        "soak-drifter",
        new AgentDrifter(
            host, vifs, random(-1), gate, this::isStopped, violations, life::ready, repairs));
    RudeClient rude =
        new RudeClient(Path.of(AgentProcess.socket(folder)), random(-2), this::isStopped);
    start("soak-rude", rude);
    long begin = System.nanoTime();
    try {
      drive(begin, life, inspector);
    } catch (RuntimeException | IOException thrown) {
      violations.unexpected(Thread.currentThread().getName(), thrown);
    } finally {
      stop.countDown();
      join();
    }
    long nanos = System.nanoTime() - begin;
    if (violations.isEmpty()) {
      end(host, life, vifs, checker);
    }
    progress.end();
    return new AgentSoakReport(
        options,
        nanos,
        requestMicros,
        repairs,
        violations,
        inspector.first(),
        inspector.last(),
        List.of(
            new SoakReport.Count("agents ended by SIGTERM", life.ended()),
            new SoakReport.Count("agents killed by SIGKILL", life.killed()),
            new SoakReport.Count("checks of every invariant", inspector.checks()),
            new SoakReport.Count("changes by hand, all repaired", repairs.count()),
            new SoakReport.Count(
                "requests asked again", workers.stream().mapToLong(AgentWorker::repeated).sum()),
            new SoakReport.Count("connections of a rude client", rude.connections()),
            new SoakReport.Count(
                "growth of the first agent outside its heap in KiB", inspector.growthKib())));
  }

  /** What the main thread does: it checks, and restarts the agent in the second half. */
  private void drive(long begin, AgentLife life, AgentInspector inspector)
      throws IOException, InterruptedException {
    SplittableRandom random = random(-3);
    long length = options.duration().toNanos();
    long checkEvery = Math.min(CHECK_NANOS, length / CHECKS_AT_LEAST);
    long check = checkEvery;
    long restart = length / 2;
    for (long now = 0; now < length && violations.isEmpty(); now = System.nanoTime() - begin) {
      progress.show(now, length, requestMicros.getTotalCount());
      if (now >= check) {
        check = now + checkEvery;
        life.awaitReady();
        inspector.check();
        if (now < length / 2) {
          inspector.readCost();
        }
      }
      if (now >= restart && now >= length / 2) {
        restart = now + random.nextLong(Math.min(RESTART_NANOS, length / CHECKS_AT_LEAST));
        life.restart(random.nextBoolean());
      }
      stop.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (violations.isEmpty()) {
      life.awaitReady();
      inspector.check();
      inspector.checkTrend();
    }
  }

  /** Unplugs all, and ends the agent: nothing is left but what was there before. */
  private void end(AgentHost host, AgentLife life, List<AgentVif> vifs, AgentChecker checker)
      throws IOException {
    try (AgentClient agent = life.connect()) {
      List<String> requests = vifs.stream().map(vif -> vif.request(null)).toList();
      AgentResponse response =
          agent.send("POST", "/v1/batches", "[" + String.join(",", requests) + "]");
      List<String> lines = response.lines().lines().toList();
      long done = lines.stream().filter(line -> line.contains("\"error\":null")).count();
      if (done != vifs.size()) {
        violations.add(
            Violation.of(Violation.Rule.OUTCOME, "unplugging all", "" + vifs.size(), lines));
      }
    }
    vifs.forEach(vif -> vif.acknowledge(null));
    life.restart(true); // what it has on disk is what the next one knows
    life.awaitReady();
    try (AgentClient agent = life.connect()) {
      String list = agent.send("GET", "/v1/vifs").text();
      if (!JsonView.of(list).at("vifs").elements().isEmpty()) {
        violations.add(
            Violation.of(Violation.Rule.ACKNOWLEDGED_STATE, "what is declared", "nothing", list));
      }
    }
    life.end();
    checker.host(host.links(), host.ports()).forEach(violations::add);
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    threads.add(thread);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (where, thrown) -> violations.unexpected(where.getName(), thrown));
    thread.start();
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(JOIN_MILLIS);
      if (thread.isAlive()) {
        violations.add(
            Violation.of(
                Violation.Rule.THREADS, thread.getName(), "it ends", "it is still running"));
      }
    }
  }

  private boolean isStopped() {
    return stop.getCount() == 0 || !violations.isEmpty();
  }

  private SplittableRandom random(int thread) {
    return new SplittableRandom(options.seedOf(thread));
  }
}
