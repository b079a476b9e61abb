package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A request whose end is told to whoever waits for the stage; it never completes exceptionally. */
final class PlugCompletion extends CompletableFuture<PlugResult> implements PlugOperation {
  private final String vifId;
  private final PlugPlan ready;
  private final Planning planning;
  private final Executor callbacks;
  private final EngineCounters counters;
  private final long submitted = System.nanoTime();
  private volatile PlugPlan planned;
  private List<String> notes = List.of();

  /**
   * @param callbacks runs what depends on the stage
   * @param counters told of the end
   */
  PlugCompletion(PlugPlan plan, Executor callbacks, EngineCounters counters) {
    this(plan.vifId(), plan, null, callbacks, counters);
  }

  PlugCompletion(String vifId, Planning planning, Executor callbacks, EngineCounters counters) {
    this(
        Objects.requireNonNull(vifId), null, Objects.requireNonNull(planning), callbacks, counters);
  }

  private PlugCompletion(
      String vifId,
      PlugPlan ready,
      Planning planning,
      Executor callbacks,
      EngineCounters counters) {
    this.callbacks = callbacks;
    this.counters = counters;
    this.vifId = vifId;
    this.ready = ready;
    this.planning = planning;
    planned = ready;
  }

  @Override
  public String vifId() {
    return vifId;
  }

  @Override
  public PlugPlan plan() {
    return ready;
  }

  @Override
  public PlugPlan plan(HostSnapshot host, PlanClaims claims) {
    planned = planning.plan(host, claims);
    return planned;
  }

  /** The first plan is the one that is told of. */
  @Override
  public PlugPlan planAgain(HostSnapshot host, PlanClaims claims) {
    return planning.plan(host, claims);
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
    PlugPlan plan = planned;
    List<String> all = new ArrayList<>(plan == null ? List.of() : plan.notes());
    all.addAll(notes);
    counters.ended(outcome, plan == null ? null : plan.action(), System.nanoTime() - submitted);
    PlugResult result = new PlugResult(plan, outcome, failure, all);
    try {
      callbacks.execute(() -> complete(result));
    } catch (RuntimeException | Error refused) {
      complete(result); // an executor that was shut down must not keep anybody waiting
      throw refused;
    }
  }
}
