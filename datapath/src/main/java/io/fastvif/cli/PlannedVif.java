package io.fastvif.cli;

import io.fastvif.plan.PlugPlan;

/**
 * What became of the planning for one VIF.
 *
 * @param input the VIF
 * @param plan null if it could not be planned
 * @param problem why not; null if it could be
 */
record PlannedVif(VifInput input, PlugPlan plan, WrongInputException problem) {

  /** Whether it could not be planned. */
  boolean isWrong() {
    return plan == null;
  }
}
