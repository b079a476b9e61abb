package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import java.util.List;

/**
 * How the operation on one VIF ended.
 *
 * @param plan what was to be done; null if no plan could be made, see {@code failure}
 * @param outcome how it ended
 * @param failure why it failed; null unless the outcome is {@link Outcome#FAILED}
 * @param notes the plan's, and what was left out because a driver does not know it
 */
public record PlugResult(PlugPlan plan, Outcome outcome, PlugFailure failure, List<String> notes) {
  /** Copies the list. */
  public PlugResult {
    notes = List.copyOf(notes);
  }

  /** The VIF. */
  public String vifId() {
    return plan == null ? failure.vifId() : plan.vifId();
  }
}
