package io.fastvif.engine.kernel;

import io.fastvif.plan.Step;

/** Told what became of a plan's step. */
public interface AnswerHandler {

  /**
   * A step was done, or failed.
   *
   * @param result 0, or a negated error number
   * @param message the kernel's own message, null for none
   */
  void answered(LinkPlan plan, Step step, int result, String message);
}
