package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import java.util.List;

/** Operations that take one place in the queue, so that they begin in the same round. */
record OperationsTogether(List<PlugCompletion> operations) implements PlugOperation {
  @Override
  public PlugPlan plan() {
    throw new IllegalStateException("each of them has a plan");
  }

  @Override
  public void completed(Outcome outcome, PlugFailure failure) {
    throw new IllegalStateException("each of them is completed");
  }
}
