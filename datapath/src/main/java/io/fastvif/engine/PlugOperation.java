package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;

/**
 * A plan handed to an engine, and who is to be told of its end. This is the form without
 * allocation: an implementation may be used again once it was completed.
 */
public interface PlugOperation {

  /** The plan to execute; the same from the offer until completion. */
  PlugPlan plan();

  /**
   * Called exactly once for each time the request was accepted, on the engine's thread: it must not
   * block, and what it throws is lost to the engine's error handler.
   *
   * @param outcome how it ended
   * @param failure why it failed; null unless the outcome is {@link Outcome#FAILED}
   */
  void completed(Outcome outcome, PlugFailure failure);
}
