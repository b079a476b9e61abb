package io.fastvif.benchmarks.soak;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugOperation;
import io.fastvif.plan.PlugPlan;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One operation on its way through the engine, with everything that must hold at its end. */
final class SoakOperation implements PlugOperation {
  private final Ledger ledger;
  private final SoakVif vif;
  private final OperationKind kind;
  private final PlugPlan plan;
  private final int observed;
  private final VifState wanted;
  private final long faultsBefore;
  private final AtomicInteger answers = new AtomicInteger();
  private final CountDownLatch answered = new CountDownLatch(1);
  private long submitted;
  private Outcome outcome;
  private PlugFailure failure;

  /**
   * @param observed the VIF's disturbance count from before the plan's snapshot
   * @param wanted the VIF's state once the operation has succeeded
   */
  SoakOperation(
      Ledger ledger,
      SoakVif vif,
      OperationKind kind,
      PlugPlan plan,
      int observed,
      VifState wanted) {
    this(ledger, vif, kind, plan, observed, wanted, ledger.faults().failed());
  }

  private SoakOperation(
      Ledger ledger,
      SoakVif vif,
      OperationKind kind,
      PlugPlan plan,
      int observed,
      VifState wanted,
      long faultsBefore) {
    this.ledger = ledger;
    this.vif = vif;
    this.kind = kind;
    this.plan = plan;
    this.observed = observed;
    this.wanted = wanted;
    this.faultsBefore = faultsBefore;
  }

  /** The same plan once more, as an operation of that kind. */
  SoakOperation again(OperationKind secondKind) {
    return new SoakOperation(ledger, vif, secondKind, plan, observed, wanted, faultsBefore);
  }

  /** Whether system calls were made to fail since it was drawn, this operation's perhaps. */
  boolean isAmongFaults() {
    return ledger.faults().failed() != faultsBefore;
  }

  Ledger ledger() {
    return ledger;
  }

  SoakVif vif() {
    return vif;
  }

  OperationKind kind() {
    return kind;
  }

  int observed() {
    return observed;
  }

  VifState wanted() {
    return wanted;
  }

  @Override
  public PlugPlan plan() {
    return plan;
  }

  /** Called before it is handed to the engine. */
  void begin() {
    submitted = System.nanoTime();
    ledger.accepted();
  }

  /** The engine did not take it after all. */
  void refused() {
    ledger.refused();
  }

  /** The caller has cancelled the engine's own future, which nobody can answer any more. */
  void cancelled() {
    if (answers.incrementAndGet() == 1) {
      ledger.cancelled();
      answered.countDown();
    }
  }

  @Override
  public void completed(Outcome end, PlugFailure reason) {
    if (answers.incrementAndGet() > 1) {
      ledger.answeredAgain(this, end);
      return;
    }
    outcome = end;
    failure = reason;
    ledger.answered(this, System.nanoTime() - submitted);
    answered.countDown();
  }

  boolean await(Duration bound) throws InterruptedException {
    return answered.await(bound.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How it ended; null if it was cancelled. Valid once awaited. */
  Outcome outcome() {
    return outcome;
  }

  /** Why it failed; null if it did not. */
  PlugFailure failure() {
    return failure;
  }

  /** Whether the engine was closed before it came to this operation. */
  boolean isNotBegun() {
    return failure != null && failure.errno() == 0 && failure.step().equals("not begun");
  }

  /** What is asked for, for the trace. */
  String describe() {
    return plan.steps().isEmpty()
        ? kind + ", nothing to do"
        : kind + ", last step: " + plan.steps().getLast().step();
  }

  @Override
  public String toString() {
    return kind + (outcome == null ? "" : " -> " + outcome);
  }
}
