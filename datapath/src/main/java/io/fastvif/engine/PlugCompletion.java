package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import java.util.concurrent.CompletableFuture;

/** A request whose end is told to whoever waits for the stage; it never completes exceptionally. */
final class PlugCompletion extends CompletableFuture<PlugResult> implements PlugOperation {
  private final PlugPlan plan;

  PlugCompletion(PlugPlan plan) {
    this.plan = plan;
  }

  @Override
  public PlugPlan plan() {
    return plan;
  }

  @Override
  public void completed(Outcome outcome, PlugFailure failure) {
    complete(new PlugResult(plan, outcome, failure));
  }
}
