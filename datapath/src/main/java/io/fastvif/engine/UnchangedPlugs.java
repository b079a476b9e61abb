package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Answers plugs that have nothing to do, on their callers' threads: without a thread of the
 * engine's being woken for them. That is only done while nothing is under way in the engine, so
 * that what the answer counts on is not being taken back.
 */
public final class UnchangedPlugs {
  private final PlugEngine engine;

  /**
   * @param engine whose host it is
   */
  public UnchangedPlugs(PlugEngine engine) {
    this.engine = engine;
  }

  /**
   * Plans an operation from what the host has now.
   *
   * @param needsOvs whether planning looks at Open vSwitch's rows, which are not waited for here
   * @return that it changes nothing; empty if it has something to do, cannot be planned, or
   *     something else is under way: it is to be submitted then, and nothing was done
   * @throws IllegalStateException if the engine was not started, or is closed
   */
  public Optional<PlugResult> find(String vifId, boolean needsOvs, Planning planning) {
    return find(vifId, needsOvs, () -> Optional.of(engine.snapshot()), planning);
  }

  /**
   * The same, from what is known of the host without reading anything but whether that is still so,
   * so that nobody is kept waiting.
   *
   * @param condition whether the host may be planned from
   * @return also empty if something would have to be read
   * @throws IllegalStateException if the engine was not started, or is closed
   */
  public Optional<PlugResult> findKnown(
      String vifId, boolean needsOvs, Predicate<HostSnapshot> condition, Planning planning) {
    engine.requireStarted();
    return find(vifId, needsOvs, () -> engine.work.knownSnapshot().filter(condition), planning);
  }

  private Optional<PlugResult> find(
      String vifId,
      boolean needsOvs,
      Supplier<Optional<HostSnapshot>> snapshot,
      Planning planning) {
    long begun = System.nanoTime();
    long quiet = engine.work.quietAfter();
    if (quiet < 0) {
      return Optional.empty();
    }
    Optional<HostSnapshot> host = snapshot.get();
    if (host.isEmpty() || (needsOvs && !engine.work.isOvsConnected())) {
      return Optional.empty();
    }
    OperationRecording recording = OperationRecording.begin();
    PlugPlan plan;
    try {
      plan = planning.plan(host.get(), new PlanClaims(host.get()));
    } catch (RuntimeException told) {
      return Optional.empty(); // told by the engine, which meets it too
    }
    if (!plan.steps().isEmpty() || engine.work.quietAfter() != quiet) {
      return Optional.empty();
    }
    if (recording != null) {
      recording.end(
          engine.work.namespace(), vifId, plan.name(), plan.action(), Outcome.UNCHANGED, null);
    }
    engine.work.counters().unchanged(plan.action(), System.nanoTime() - begun);
    return Optional.of(new PlugResult(plan, Outcome.UNCHANGED, null, List.copyOf(plan.notes())));
  }
}
