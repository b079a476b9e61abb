package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A request whose end is told to whoever waits for the stage; it never completes exceptionally.
 *
 * <p>A thread that waits by {@code join} or {@code get} is woken by the engine's thread itself, and
 * completes the stage. Only where something depends on the stage, or nobody waits, does one of the
 * callbacks' threads complete it: waking that first would take as long as some steps of a plan.
 */
final class PlugCompletion extends CompletableFuture<PlugResult>
    implements PlugOperation, Runnable {
  private final String vifId;
  private final PlugPlan ready;
  private final Planning planning;
  private final Executor callbacks;
  private final EngineCounters counters;
  private final long submitted = System.nanoTime();
  private volatile PlugPlan planned;
  private List<String> notes = List.of();

  /** Added to {@link #waiting} when there is a result. */
  private static final int ANSWERED = 1 << 30;

  /** How many threads wait, and whether there is a result. */
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * Completed with the result, or when somebody else completes the stage. Nothing depends on it.
   */
  private final CompletableFuture<Void> answer = new CompletableFuture<>();

  private final int ownDependents;
  private volatile PlugResult result;

  /** Whether somebody waited when there was a result. */
  private boolean isAwaited;

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
    var unused = whenComplete((end, cancelled) -> answer.complete(null));
    ownDependents = getNumberOfDependents();
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
  public boolean asksArgumentsAlone() {
    return planning != null && planning.asksArgumentsAlone();
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
    ended(outcome, failure).run();
  }

  @Override
  public Runnable ended(Outcome outcome, PlugFailure failure) {
    PlugPlan plan = planned;
    List<String> all = new ArrayList<>(plan == null ? List.of() : plan.notes());
    all.addAll(notes);
    counters.ended(outcome, plan == null ? null : plan.action(), System.nanoTime() - submitted);
    result = new PlugResult(plan, outcome, failure, all);
    isAwaited = waiting.getAndAdd(ANSWERED) > 0;
    return this;
  }

  /** Wakes who waits. */
  @Override
  public void run() {
    answer.complete(null);
    if (isDone() || (isAwaited && getNumberOfDependents() <= ownDependents)) {
      return;
    }
    try {
      callbacks.execute(this::complete);
    } catch (RuntimeException | Error refused) {
      complete(); // an executor that was shut down must not keep anybody waiting
      throw refused;
    }
  }

  private void complete() {
    complete(result);
  }

  /** Whether there is a result, which the stage may not have yet. */
  boolean isEnded() {
    return waiting.get() >= ANSWERED;
  }

  /** Says that this thread will wait, before it does. */
  void announceWait() {
    waiting.incrementAndGet();
  }

  /** One that waited no longer completes the stage, if the engine has left that to it. */
  private void waited() {
    if (waiting.decrementAndGet() >= ANSWERED) {
      complete();
    }
  }

  /** A stage that is done is not waited for: what depends on it may ask before {@link #answer}. */
  @Override
  public PlugResult join() {
    if (!isDone()) {
      try {
        if (waiting.incrementAndGet() < ANSWERED) {
          answer.join();
        }
      } finally {
        waited();
      }
    }
    return super.join();
  }

  @Override
  public PlugResult get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      try {
        if (waiting.incrementAndGet() < ANSWERED) {
          answer.get();
        }
      } finally {
        waited();
      }
    }
    return super.get();
  }

  @Override
  public PlugResult get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!isDone()) {
      try {
        if (waiting.incrementAndGet() < ANSWERED) {
          answer.get(timeout, unit);
        }
      } finally {
        waited();
      }
    }
    return super.get(timeout, unit);
  }
}
