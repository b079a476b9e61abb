package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.Optional;

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
    long begun = System.nanoTime();
    long quiet = engine.work.quietAfter();
    if (quiet < 0) {
      return Optional.empty();
    }
    HostSnapshot host = engine.snapshot();
    if (needsOvs && !engine.work.isOvsConnected()) {
      return Optional.empty();
    }
    OperationRecording recording = OperationRecording.begin();
    PlugPlan plan;
    try {
      plan = planning.plan(host, new PlanClaims(host));
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
