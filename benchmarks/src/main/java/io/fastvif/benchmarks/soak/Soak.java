package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run of the soak. Needs root. */
final class Soak {
  private static final long TICK_MILLIS = 100;
  private static final long READY_SECONDS = 120;
  private static final long JOIN_MILLIS = 180_000;
  private static final int FOREIGN_GROUP = 7;
  private static final int CHECKS_AT_LEAST = 6;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RESTART_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FAULTS_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long UNDELETABLE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long FULL_BRIDGE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final SoakOptions options;
  private final SoakEngine.Factory factory;
  private final SoakProgress progress;
  private final Violations violations = new Violations();
  private final List<SoakVif> vifs = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ready = new CountDownLatch(2); // the actor and the subscriber
  private final Gate gate = new Gate();

  Soak(SoakOptions options, SoakEngine.Factory factory, SoakProgress progress) {
    this.options = options;
    this.factory = factory;
    this.progress = progress;
    PortSort[] sorts = PortSort.values();
    for (int number = 1; number <= options.vifs(); number++) {
      vifs.add(new SoakVif(number, sorts[number % sorts.length]));
    }
  }

  /** Runs it, and reports. */
  SoakReport run() throws IOException, InterruptedException {
    ResourceChecker wholeRun = new ResourceChecker();
    wholeRun.check(Resources.read());
    SoakReport report;
    try (Latencies latencies = new Latencies(options.log());
        Netns namespace = Netns.createPrivate()) {
      report = run(namespace, latencies);
    }
    wholeRun.checkSettled().forEach(violations::add);
    return report;
  }

  private SoakReport run(Netns namespace, Latencies latencies) throws InterruptedException {
    Ledger ledger = new Ledger(violations, latencies);
    Planner planner = new Planner();
    try (RouteSocket socket = namespace.call(RouteSocket::open);
        EngineSupervisor supervisor =
            new EngineSupervisor(factory, namespace, violations, options.seedOf(-1))) {
      Link foreign = namespace.call(() -> makeForeign(socket));
      Submitter submitter = new Submitter(supervisor, violations, options.answerWithin());
      makeBridges(planner, ledger, supervisor, submitter);
      SplittableRandom actorRandom = random(-2);
      SecondActor actor =
          new SecondActor(
              vifs,
              actorRandom,
              new OperationChooser(planner, ledger, actorRandom),
              supervisor,
              submitter,
              gate,
              this::isStopped,
              ready::countDown,
              violations);
      SlowSubscriber subscriber =
          new SlowSubscriber(random(-3), this::isStopped, ready::countDown, violations);
      ResourceChecker resources = new ResourceChecker();
      StateChecker states = new StateChecker(vifs, foreign);
      Inspector inspector =
          new Inspector(
              gate,
              socket,
              supervisor,
              submitter,
              subscriber,
              states,
              resources,
              ledger,
              violations);
      OperationChooser chooser = new OperationChooser(planner, ledger, random(-4));
      Undeletable undeletable =
          new Undeletable(
              new SoakVif(options.vifs() + 1, PortSort.GENERIC),
              socket,
              supervisor,
              submitter,
              chooser,
              violations);
      BridgeFiller filler = new BridgeFiller(factory, planner, ledger, violations);
      boolean held = gate.close(); // until the first check has seen what is open before any work
      start(namespace.newThread("soak-actor", actor));
      start(namespace.newThread("soak-subscriber", subscriber));
      for (int i = 0; i < options.threads(); i++) {
        SplittableRandom random = random(i);
        Worker worker =
            new Worker(
                vifs,
                options.threads(),
                random,
                new OperationChooser(planner, ledger, random),
                supervisor,
                submitter,
                gate,
                this::isStopped,
                violations);
        start(new Thread(worker, "soak-worker-" + i));
      }
      long begin = System.nanoTime();
      long nanos;
      try {
        checkBeforeWork(inspector, held);
        begin = System.nanoTime();
        drive(begin, ledger, latencies, supervisor, inspector, undeletable, filler);
      } catch (RuntimeException thrown) {
        violations.unexpected(Thread.currentThread().getName(), thrown);
      } finally {
        nanos = System.nanoTime() - begin;
        stop.countDown();
        join();
      }
      if (violations.isEmpty()) {
        unplugAll(chooser, supervisor, submitter);
        states.check(Links.read(socket)).forEach(violations::add);
        ledger.checkAllAnswered();
        resources.checkTrends().forEach(violations::add);
      }
      latencies.endInterval();
      progress.end();
      return new SoakReport(
          options,
          nanos,
          ledger,
          latencies,
          violations,
          List.of(
              new SoakReport.Count("engine restarts", supervisor.restarts()),
              new SoakReport.Count("checks of every invariant", inspector.checks()),
              new SoakReport.Count("changes by the second actor", actor.actions()),
              new SoakReport.Count("bridges filled", filler.episodes()),
              new SoakReport.Count("operations cancelled by callers", ledger.cancellations()),
              new SoakReport.Count("episodes of failing calls", ledger.faults().episodes()),
              new SoakReport.Count("system calls made to fail", ledger.faults().failed()),
              new SoakReport.Count("failures outside operations", supervisor.faults()),
              new SoakReport.Count("calls to a closed engine", submitter.closedMeanwhile()),
              new SoakReport.Count("offers to a full queue", submitter.queueFull()),
              new SoakReport.Count("interrupted dumps", submitter.interruptedDumps()),
              new SoakReport.Count("event losses recovered from", subscriber.recoveries()),
              new SoakReport.Count("interrupted recoveries", subscriber.interruptedDumps()),
              new SoakReport.Count("heap growth in bytes", resources.heapGrowth()),
              new SoakReport.Count("native memory growth in bytes", resources.nativeGrowth())));
    }
  }

  /** What the main thread does: restarts, checks, and what needs all others at work. */
  private void drive(
      long begin,
      Ledger ledger,
      Latencies latencies,
      EngineSupervisor supervisor,
      Inspector inspector,
      Undeletable undeletable,
      BridgeFiller filler)
      throws InterruptedException {
    SplittableRandom random = random(-5);
    long length = options.duration().toNanos();
    long checkEvery = Math.min(CHECK_NANOS, length / CHECKS_AT_LEAST);
    long check = checkEvery;
    long restart = 0;
    long interval = 0;
    long faults = checkEvery / 2;
    long undeletableAt = length / 4;
    long fullBridgeAt = length / 2;
    for (long now = 0; now < length && violations.isEmpty(); now = System.nanoTime() - begin) {
      if (now >= interval) {
        interval = now + INTERVAL_NANOS;
        latencies.endInterval();
        progress.show(now, length, ledger.ended());
      }
      if (now >= restart) {
        restart = now + random.nextLong(RESTART_NANOS);
        supervisor.restart();
      }
      if (now >= check) {
        check = now + checkEvery;
        inspector.check();
      }
      if (now >= undeletableAt) {
        undeletableAt = now + UNDELETABLE_NANOS;
        undeletable.unplug();
      }
      if (now >= fullBridgeAt) {
        fullBridgeAt = now + FULL_BRIDGE_NANOS;
        filler.run();
      }
      if (now >= faults) {
        faults = now + random.nextLong(FAULTS_NANOS);
        ledger.faults().begin();
      }
      try {
        stop.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
      } finally {
        ledger.faults().end();
      }
    }
    if (violations.isEmpty()) {
      inspector.check();
    }
  }

  /** What is open and running now must be so at every later check. */
  private void checkBeforeWork(Inspector inspector, boolean held) throws InterruptedException {
    try {
      if (!held || !ready.await(READY_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the threads did not start in 30 s");
      }
      inspector.check();
    } finally {
      gate.open();
    }
  }

  private static Link makeForeign(RouteSocket socket) {
    Tap.createPersistent(OperationChooser.FOREIGN, TapOptions.plain());
    socket.execute(socket.link().set(OperationChooser.FOREIGN).group(FOREIGN_GROUP));
    return Links.read(socket).all().stream()
        .filter(link -> link.name().equals(OperationChooser.FOREIGN))
        .findFirst()
        .orElseThrow();
  }

  /** The bridges are made by the first VIF on each, and outlive it. */
  private void makeBridges(
      Planner planner, Ledger ledger, EngineSupervisor supervisor, Submitter submitter)
      throws InterruptedException {
    SoakVif vif = new SoakVif(0, PortSort.TAP);
    SoakEngine engine = supervisor.current();
    for (int number = 0; number < SoakOptions.BRIDGES; number++) {
      HostSnapshot host = submitter.snapshot(engine);
      Planner.Request request =
          new Planner.Request(vif.name(), OperationChooser.bridge(number), true, 1500);
      execute(
          submitter,
          engine,
          new SoakOperation(
              ledger,
              vif,
              OperationKind.PLUG,
              planner.plug(vif, request, host),
              vif.observe(),
              Planner.plugged(vif, request)));
      HostSnapshot plugged = submitter.snapshot(engine);
      execute(
          submitter,
          engine,
          new SoakOperation(
              ledger,
              vif,
              OperationKind.UNPLUG,
              planner.unplug(vif, plugged),
              vif.observe(),
              VifState.ABSENT));
    }
  }

  private static void execute(Submitter submitter, SoakEngine engine, SoakOperation operation)
      throws InterruptedException {
    submitter.offer(engine, operation);
    submitter.conclude(engine, operation);
  }

  private void unplugAll(OperationChooser chooser, EngineSupervisor supervisor, Submitter submitter)
      throws InterruptedException {
    SoakEngine engine = supervisor.current();
    HostSnapshot host = submitter.snapshot(engine);
    List<SoakOperation> operations = new ArrayList<>();
    for (SoakVif vif : vifs) {
      SoakOperation unplug = chooser.unplug(vif, OperationKind.UNPLUG_UNKNOWN, vif.observe(), host);
      submitter.offer(engine, unplug);
      operations.add(unplug);
    }
    for (SoakOperation operation : operations) {
      submitter.conclude(engine, operation);
    }
  }

  private void start(Thread thread) {
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
