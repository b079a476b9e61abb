package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A request whose end is told to whoever waits for the stage; it never completes exceptionally. */
final class PlugCompletion extends CompletableFuture<PlugResult> implements PlugOperation {
  private final PlugPlan plan;
  private List<String> notes;

  PlugCompletion(PlugPlan plan) {
    this.plan = plan;
    notes = plan.notes();
  }

  @Override
  public PlugPlan plan() {
    return plan;
  }

  @Override
  public void ignored(Step step) {
    add(step + ": left out: the driver does not support it");
  }

  @Override
  public void left(String note) {
    add(note);
  }

  private void add(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    notes = more;
  }

  @Override
  public void completed(Outcome outcome, PlugFailure failure) {
    complete(new PlugResult(plan, outcome, failure, notes));
  }
}
