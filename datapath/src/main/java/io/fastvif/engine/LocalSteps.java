package io.fastvif.engine;

import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.LinkAnswers;
import io.fastvif.engine.kernel.Refusals;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.plan.LocalStep;
import io.fastvif.trace.Tracing;

/** Does the steps that end with a few system calls, on the engine's thread. */
final class LocalSteps {
  private final Transport transport;
  private final HostObservation observation;
  private final LinkAnswers answers;

  LocalSteps(Transport transport, HostObservation observation, LinkAnswers answers) {
    this.transport = transport;
    this.observation = observation;
    this.answers = answers;
  }

  /** Does a plan's step, and tells the plan what became of it. */
  @SuppressWarnings("try") // it ends with the block
  void perform(PlanExecution plan, LocalStep step) {
    int result;
    try (Tracing.Scope scope = Tracing.forVif(plan.vifId())) {
      result = transport.perform(step, plan.vifId());
    }
    answers.answered(
        plan, step, result, step instanceof LocalStep.CreateTap ? Refusals.ofTap(result) : null);
    if (result >= 0) {
      observation.performed(step, StepsAhead.madeDown(plan, step));
    }
  }
}
