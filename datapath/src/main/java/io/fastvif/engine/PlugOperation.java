package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;

/**
 * A plan handed to an engine, and who is to be told of its end. This is the form without
 * allocation: an implementation may be used again once it was completed.
 */
public interface PlugOperation {

  /** The plan to execute; the same from the offer until completion. */
  PlugPlan plan();

  /**
   * Called before {@link #completed}, on the engine's thread, for each step that was left out
   * because the driver does not know what it asks for and the step is optional.
   *
   * @param step such as a {@link Step.ConfigureVf} that is {@code optional}
   */
  default void ignored(Step step) {}

  /**
   * Called before {@link #completed}, on the engine's thread, for each thing that was left as it is
   * because somebody else uses it.
   *
   * @param note says what, and who uses it
   */
  default void left(String note) {}

  /**
   * Called exactly once for each time the request was accepted, on the engine's thread: it must not
   * block, and what it throws is lost to the engine's error handler.
   *
   * @param outcome how it ended
   * @param failure why it failed; null unless the outcome is {@link Outcome#FAILED}
   */
  void completed(Outcome outcome, PlugFailure failure);
}
