package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;

/** Plans an operation on a VIF when its turn has come; a pure function of its arguments. */
@FunctionalInterface
public interface Planning {

  /** As {@link PlugOperation#plan(HostSnapshot, PlanClaims)}. */
  PlugPlan plan(HostSnapshot host, PlanClaims claims);
}
