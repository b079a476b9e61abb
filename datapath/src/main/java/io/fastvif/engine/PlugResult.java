package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;

/**
 * How the operation on one VIF ended.
 *
 * @param plan what was to be done
 * @param outcome how it ended
 * @param failure why it failed; null unless the outcome is {@link Outcome#FAILED}
 */
public record PlugResult(PlugPlan plan, Outcome outcome, PlugFailure failure) {}
