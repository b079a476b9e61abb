package io.fastvif.engine.side;

import io.fastvif.plan.Step;

/** A plan that is being executed, as all sides see it. Used by the engine's thread alone. */
public interface PlanUnderWay {

  /** The VIF that it is about. */
  String vifId();

  /** Whether the step that is being done or undone is one that other VIFs may rely on. */
  boolean isShared();

  /** Whether the step that is being done only keeps something as it is. */
  boolean isKeeping();

  /** The step was done and changed something. */
  void succeeded();

  /** There was nothing to do for the step, so there is nothing to undo either. */
  void satisfied();

  /** The step failed, and nothing of it was done: from here the plan goes backwards. */
  void failed(Step step, FailureCause cause);

  /**
   * The same.
   *
   * @param errno the kernel's error number; 0 for none
   * @param detail why, in words; may be empty
   */
  default void failed(Step step, int errno, String detail) {
    failed(step, FailureCause.of(errno, detail));
  }

  /** The step was done, and then something went wrong: it is undone with those before it. */
  void failedWhenDone(Step step, FailureCause fault);

  /** Nobody knows whether the step was done, or will be: it may be left behind. */
  void unknown(Step step, FailureCause cause);

  /** The driver does not know what the step asks of it, and need not. */
  void ignored(Step step);

  /** Something was left as it is, because somebody uses it. */
  void left(String note);

  /** The answer to the step is awaited. */
  void waits();

  /** The step is tried again with the next round. */
  void retry();
}
