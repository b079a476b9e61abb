package io.fastvif;

import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.InvalidInputException;

/**
 * What an operation would do, or why it cannot be planned.
 *
 * @param plan null if it cannot be planned
 * @param problem null if it can
 */
public record PlannedOperation(
    VifOperation operation, PlugPlan plan, InvalidInputException problem) {}
