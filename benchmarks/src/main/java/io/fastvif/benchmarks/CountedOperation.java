package io.fastvif.benchmarks;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugOperation;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An operation which counts how often it was offered and completed. */
final class CountedOperation implements PlugOperation {
  private final PlugPlan plan;
  private final Outcome expected;
  private final AtomicInteger completions = new AtomicInteger();
  private volatile Outcome unexpected;
  private int offers;

  /**
   * @param expected how each execution is to end
   */
  CountedOperation(PlugPlan plan, Outcome expected) {
    this.plan = plan;
    this.expected = expected;
  }

  /** An operation without steps. */
  static CountedOperation empty(String vifId) {
    return new CountedOperation(
        new PlugPlan(vifId, "", Action.PLUG, List.of(), null, List.of(), List.of()),
        Outcome.UNCHANGED);
  }

  @Override
  public PlugPlan plan() {
    return plan;
  }

  @Override
  public void completed(Outcome outcome, PlugFailure failure) {
    if (outcome != expected) {
      unexpected = outcome;
    }
    // One writer, the engine's thread: no read-modify-write is needed.
    completions.setRelease(completions.getPlain() + 1);
  }

  /** The engine took it once more; called by the producer alone. */
  void accepted() {
    offers++;
  }

  /** Whether it was completed as often as it was offered; not more often either. */
  boolean isDone() {
    return completions.getAcquire() >= offers;
  }

  /** Fails unless it was completed once for each time it was offered. */
  void check() {
    int completed = completions.getAcquire();
    if (completed != offers || unexpected != null) {
      throw new IllegalStateException(
          "operation "
              + plan.vifId()
              + ": offered "
              + offers
              + " times, completed "
              + completed
              + " times"
              + (unexpected == null ? "" : ", once " + unexpected));
    }
  }
}
