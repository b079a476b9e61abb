package io.fastvif.engine;

import io.fastvif.plan.Step;

/** Told what became of a plan's step. */
interface AnswerHandler {

  /**
   * A step was done, or failed.
   *
   * @param result 0, or a negated error number
   * @param message the kernel's own message, null for none
   */
  void answered(PlanExecution plan, Step step, int result, String message);
}
