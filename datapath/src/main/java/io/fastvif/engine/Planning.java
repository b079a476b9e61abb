package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;

/** Plans an operation on a VIF when its turn has come; a pure function of its arguments. */
@FunctionalInterface
public interface Planning {

  /** As {@link PlugOperation#plan(HostSnapshot, PlanClaims)}. */
  PlugPlan plan(HostSnapshot host, PlanClaims claims);

  /**
   * Whether it asks nothing but its arguments, neither files nor other threads: then the engine's
   * own thread may call it, and give it up where it asks for what would have to be read. Another
   * one is called by another thread.
   */
  default boolean asksArgumentsAlone() {
    return false;
  }

  /** Planning that {@linkplain #asksArgumentsAlone asks nothing but its arguments}. */
  static Planning ofArguments(Planning planning) {
    return new Planning() {
      @Override
      public PlugPlan plan(HostSnapshot host, PlanClaims claims) {
        return planning.plan(host, claims);
      }

      @Override
      public boolean asksArgumentsAlone() {
        return true;
      }
    };
  }
}
