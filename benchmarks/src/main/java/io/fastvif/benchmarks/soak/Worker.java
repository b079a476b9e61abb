package io.fastvif.benchmarks.soak;

import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/**
 * A thread that submits operations: in each round it claims some VIFs, reads the host, plans and
 * submits an operation or two for each, and waits for all answers. Some of its calls are those of a
 * caller that gives up, is interrupted or cancels.
 */
final class Worker implements Runnable {
  private static final int MAX_ROUND = 128;
  private static final int PERCENT = 100;

  private final List<SoakVif> vifs;
  private final SplittableRandom random;
  private final OperationChooser chooser;
  private final EngineSupervisor supervisor;
  private final Submitter submitter;
  private final Gate gate;
  private final BooleanSupplier stopped;
  private final Violations violations;
  private final int greatestRound;

  /** How a caller behaves once it has submitted. */
  private enum Caller {
    PATIENT,
    GIVES_UP,
    IS_INTERRUPTED,
    CANCELS_COPY,
    CANCELS
  }

  /** An operation that was taken, and who waits for it. */
  private record Pending(
      SoakOperation operation, CompletionStage<PlugResult> stage, Caller caller) {}

  Worker(
      List<SoakVif> vifs,
      int threads,
      SplittableRandom random,
      OperationChooser chooser,
      EngineSupervisor supervisor,
      Submitter submitter,
      Gate gate,
      BooleanSupplier stopped,
      Violations violations) {
    this.vifs = vifs;
    this.random = random;
    this.chooser = chooser;
    this.supervisor = supervisor;
    this.submitter = submitter;
    this.gate = gate;
    this.stopped = stopped;
    this.violations = violations;
    greatestRound = Math.clamp(vifs.size() / (threads + 1), 1, MAX_ROUND);
  }

  @Override
  public void run() {
    while (!stopped.getAsBoolean()) {
      gate.enter();
      try {
        round();
      } catch (RuntimeException | InterruptedException | Error thrown) {
        violations.unexpected(Thread.currentThread().getName(), thrown);
      } finally {
        gate.leave();
      }
    }
  }

  private void round() throws InterruptedException {
    List<SoakVif> claimed = claim(1 + random.nextInt(greatestRound));
    try {
      SoakEngine engine = supervisor.current();
      int[] observed = claimed.stream().mapToInt(SoakVif::observe).toArray();
      HostSnapshot host = snapshot(engine);
      List<Pending> pending = new ArrayList<>();
      boolean open = host != null;
      for (int i = 0; open && i < claimed.size(); i++) {
        SoakVif vif = claimed.get(i);
        int disturbances = observed[i];
        check(vif, disturbances, host);
        SoakOperation operation =
            submitter.choose(engine, () -> chooser.choose(vif, disturbances, host));
        open = operation != null && submit(engine, operation, pending);
      }
      for (Pending each : pending) {
        await(each);
        submitter.conclude(engine, each.operation);
      }
    } finally {
      claimed.forEach(SoakVif::release);
    }
  }

  /** Before each operation, what the one before was acknowledged with must be there. */
  private void check(SoakVif vif, int observed, HostSnapshot host) {
    VifState state = vif.state();
    if (state != null && vif.isUndisturbedSince(observed)) {
      Violation violation = StateChecker.check(vif, state, host);
      if (violation != null) {
        violations.add(violation);
      }
    }
  }

  private List<SoakVif> claim(int wanted) {
    List<SoakVif> claimed = new ArrayList<>(wanted);
    for (int tries = 2 * wanted; tries > 0 && claimed.size() < wanted; tries--) {
      SoakVif vif = vifs.get(random.nextInt(vifs.size()));
      if (vif.claim()) {
        claimed.add(vif);
      }
    }
    return claimed;
  }

  /** Reads the host, now and then as a thread that was interrupted before. */
  private HostSnapshot snapshot(SoakEngine engine) {
    if (random.nextInt(PERCENT) > 0) {
      return submitter.snapshot(engine);
    }
    Thread.currentThread().interrupt();
    HostSnapshot host = submitter.snapshot(engine);
    if (!Thread.interrupted()) {
      violations.add(
          Violation.of(
              Violation.Rule.ENGINE, "snapshot", "the thread is still interrupted", "it is not"));
    }
    return host;
  }

  private boolean submit(SoakEngine engine, SoakOperation operation, List<Pending> pending) {
    int drawn = random.nextInt(PERCENT);
    if (drawn < 80) {
      if (!submitter.offer(engine, operation)) {
        return false;
      }
      pending.add(new Pending(operation, null, Caller.PATIENT));
      boolean twice = drawn < 5 && isForTwo(operation.kind());
      if (twice) {
        SoakOperation again = chooser.again(operation);
        if (!submitter.offer(engine, again)) {
          return false;
        }
        pending.add(new Pending(again, null, Caller.PATIENT));
      }
      return true;
    }
    CompletionStage<PlugResult> stage = submitter.submit(engine, operation);
    if (stage == null) {
      return false;
    }
    Caller caller =
        drawn < 90
            ? Caller.PATIENT
            : Caller.values()[1 + random.nextInt(Caller.values().length - 1)];
    if (caller == Caller.CANCELS) {
      stage.toCompletableFuture().cancel(true);
    } else if (caller == Caller.CANCELS_COPY) {
      stage.toCompletableFuture().copy().cancel(true);
    }
    pending.add(new Pending(operation, stage, caller));
    return true;
  }

  private static boolean isForTwo(OperationKind kind) {
    return kind == OperationKind.PLUG || kind == OperationKind.UNPLUG;
  }

  private static void await(Pending pending) throws InterruptedException {
    switch (pending.caller) {
      case GIVES_UP -> Submitter.waitImpatiently(pending.stage);
      case IS_INTERRUPTED -> {
        Thread.currentThread().interrupt();
        try {
          pending.stage.toCompletableFuture().get();
        } catch (InterruptedException | ExecutionException interrupted) {
          // the answer comes all the same
        } finally {
          Thread.interrupted(); // get does not look where the answer is there already
        }
      }
      default -> {
        // it waits for its answer
      }
    }
  }
}
