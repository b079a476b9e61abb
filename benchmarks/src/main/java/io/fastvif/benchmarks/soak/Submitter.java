package io.fastvif.benchmarks.soak;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.plan.HostSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Hands operations to the engine, waits for their ends and takes them into the models. */
final class Submitter {
  private static final long QUEUE_FULL_NANOS = 50_000;
  private static final int SNAPSHOT_TRIES = 100;

  private final EngineSupervisor supervisor;
  private final Violations violations;
  private final Duration answerWithin;
  private final LongAdder queueFull = new LongAdder();
  private final LongAdder closedMeanwhile = new LongAdder();
  private final LongAdder interruptedDumps = new LongAdder();

  Submitter(EngineSupervisor supervisor, Violations violations, Duration answerWithin) {
    this.supervisor = supervisor;
    this.violations = violations;
    this.answerWithin = answerWithin;
  }

  long queueFull() {
    return queueFull.sum();
  }

  long closedMeanwhile() {
    return closedMeanwhile.sum();
  }

  long interruptedDumps() {
    return interruptedDumps.sum();
  }

  /** Reads the host; null if the engine was closed meanwhile. */
  HostSnapshot snapshot(SoakEngine engine) {
    for (int i = 0; i < SNAPSHOT_TRIES; i++) {
      try {
        return engine.snapshot();
      } catch (DumpInterruptedException changing) {
        interruptedDumps.increment();
      } catch (IllegalStateException closed) {
        requireClosed(engine, "snapshot", closed);
        return null;
      }
    }
    violations.add(
        Violation.of(
            Violation.Rule.ENGINE, "snapshot", "one", "interrupted " + SNAPSHOT_TRIES + " times"));
    return null;
  }

  /** Draws an operation, for which a snapshot may be read further; null if its engine is closed. */
  SoakOperation choose(SoakEngine engine, Supplier<SoakOperation> chooser) {
    try {
      return chooser.get();
    } catch (IllegalStateException closed) {
      requireClosed(engine, "planning", closed);
      return null;
    }
  }

  private void requireClosed(SoakEngine engine, String call, IllegalStateException thrown) {
    closedMeanwhile.increment();
    if (!supervisor.isClosed(engine)) {
      violations.unexpected(call + " on an engine that is not closed", thrown);
    }
  }

  /** Offers an operation; returns false if the engine was closed before. */
  boolean offer(SoakEngine engine, SoakOperation operation) {
    operation.begin();
    operation.vif().trace().add("offered", operation.describe());
    try {
      while (!engine.offer(operation)) {
        pause();
      }
      return true;
    } catch (IllegalStateException closed) {
      refused(engine, operation, closed);
      return false;
    }
  }

  /** Submits an operation's plan; null if the engine was closed before. */
  CompletionStage<PlugResult> submit(SoakEngine engine, SoakOperation operation) {
    operation.begin();
    operation.vif().trace().add("submitted", operation.describe());
    try {
      Optional<CompletionStage<PlugResult>> stage = engine.submit(operation.plan());
      while (stage.isEmpty()) {
        pause();
        stage = engine.submit(operation.plan());
      }
      stage.get().whenComplete((result, thrown) -> end(operation, result, thrown));
      return stage.get();
    } catch (IllegalStateException closed) {
      refused(engine, operation, closed);
      return null;
    }
  }

  private void end(SoakOperation operation, PlugResult result, Throwable thrown) {
    if (thrown == null) {
      operation.completed(result.outcome(), result.failure());
    } else if (thrown instanceof CancellationException) {
      operation.cancelled();
    } else {
      violations.unexpected("a stage that never completes exceptionally", thrown);
    }
  }

  private void refused(SoakEngine engine, SoakOperation operation, IllegalStateException closed) {
    operation.refused();
    operation.vif().trace().add("refused, the engine is closed", null);
    requireClosed(engine, "offer", closed);
  }

  private void pause() {
    queueFull.increment();
    LockSupport.parkNanos(QUEUE_FULL_NANOS);
  }

  /** Waits for an operation's end and takes it into the VIF's model. */
  void conclude(SoakEngine engine, SoakOperation operation) throws InterruptedException {
    SoakVif vif = operation.vif();
    if (!operation.await(answerWithin)) {
      violations.add(
          Violation.of(
              Violation.Rule.ANSWERED_ONCE,
              vif,
              operation.kind() + " answered",
              "not in " + answerWithin));
      vif.forget();
      return;
    }
    if (operation.outcome() == null) {
      concludeCancelled(operation);
      return;
    }
    vif.trace()
        .add("answered", operation.failure() == null ? operation.outcome() : vifFailure(operation));
    if (operation.isNotBegun() && supervisor.isClosed(engine)) {
      return;
    }
    if (!vif.isUndisturbedSince(operation.observed())) {
      vif.forget();
    } else if (!operation.kind().mayEnd(operation.outcome()) && !mayEndAmongFaults(operation)) {
      String found =
          "" + (operation.failure() == null ? operation.outcome() : vifFailure(operation));
      violations.add(
          Violation.of(Violation.Rule.OUTCOME, vif, operation.kind().expectation(), found));
      vif.forget();
    } else if (operation.wanted() == null) {
      vif.forget();
    } else if (operation.outcome() != Outcome.FAILED) {
      vif.know(operation.observed(), operation.wanted());
    } else if (!operation.failure().leftBehind().isEmpty() && operation.isAmongFaults()) {
      vif.toldLeftBehind(operation.failure().leftBehind()); // what undoes it was made to fail too
      vif.forget();
    } else if (!operation.failure().leftBehind().isEmpty()) {
      violations.add(
          Violation.of(Violation.Rule.OUTCOME, vif, "nothing left behind", vifFailure(operation)));
    }
  }

  /** What fails because a system call was made to must be undone; a second try finds it so. */
  private static boolean mayEndAmongFaults(SoakOperation operation) {
    return operation.isAmongFaults()
        && (operation.outcome() == Outcome.FAILED
            ? CallFaults.isTheirs(operation.failure())
            : operation.kind() == OperationKind.UNPLUG_TWICE);
  }

  private static String vifFailure(SoakOperation operation) {
    List<String> left = operation.failure().leftBehind();
    String rest = left.isEmpty() ? "" : "; left behind: " + left;
    return operation.outcome() + ": " + operation.failure().message() + rest;
  }

  /**
   * The caller is not told how it ended; but once a later operation on the VIF has ended it has
   * ended too, and wholly or not at all.
   */
  private void concludeCancelled(SoakOperation operation) throws InterruptedException {
    SoakVif vif = operation.vif();
    vif.trace().add("cancelled", operation.kind());
    SoakOperation barrier =
        new SoakOperation(
            operation.ledger(),
            vif,
            OperationKind.BARRIER,
            Planner.nothing(vif),
            operation.observed(),
            null);
    while (!offer(supervisor.current(), barrier)) {
      if (!violations.isEmpty()) {
        return;
      }
    }
    if (!barrier.await(answerWithin)) {
      violations.add(
          Violation.of(
              Violation.Rule.ANSWERED_ONCE, vif, "barrier answered", "not in " + answerWithin));
    }
    if (operation.isAmongFaults()) {
      vif.toldLeftBehind(List.of(OperationChooser.newBridge(vif))); // or would be, if not cancelled
    }
    VifState before = vif.state();
    if (before == null || operation.wanted() == null || operation.isAmongFaults()) {
      vif.forget();
    } else {
      vif.know(operation.observed(), before, operation.wanted());
    }
  }

  /** Waits, but no longer than that, for a stage as an impatient caller does. */
  static void waitImpatiently(CompletionStage<PlugResult> stage) throws InterruptedException {
    try {
      stage.toCompletableFuture().get(1, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException late) {
      // the answer comes all the same
    }
  }
}
