package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;

/**
 * An operation on a VIF handed to an engine, and who is to be told of its end. With a plan that was
 * made before, this is the form without allocation: an implementation may be used again once it was
 * completed. Such a plan is only right if nothing that is under way on the VIF changes what it was
 * made from; an operation that is {@linkplain #plan(HostSnapshot, PlanClaims) planned} when its
 * turn comes always is.
 */
public interface PlugOperation {
  /** What {@link #ended} leaves to do where it has told all. */
  Runnable TOLD = () -> {};

  /** The id of the VIF that it is on; the same from the offer until completion. */
  default String vifId() {
    return plan().vifId();
  }

  /**
   * The plan to execute, made before; the same from the offer until completion. Null for an
   * operation that the engine has planned.
   */
  PlugPlan plan();

  /**
   * Plans the operation; called only where {@link #plan()} is null, once, when the operation before
   * it on the same VIF has ended, on a thread of the engine's for planning.
   *
   * @param host has in it what the operation before it on the same VIF has done
   * @param claims what the other plans take that are made with this one or under way; a plan to
   *     plug is added to them
   * @return the plan, for the VIF of this operation
   * @throws io.fastvif.vif.InvalidInputException if the VIF cannot be planned: the operation fails
   *     with its words
   */
  default PlugPlan plan(HostSnapshot host, PlanClaims claims) {
    return plan();
  }

  /**
   * Plans an unplug once more when its plan is done, as others may have plugged the VIF meanwhile:
   * what is left to do, which is nothing in nearly all cases.
   *
   * @return the plan; without steps if the VIF is unplugged
   */
  default PlugPlan planAgain(HostSnapshot host, PlanClaims claims) {
    return plan(host, claims);
  }

  /**
   * Whether planning it asks nothing but its arguments: as {@link Planning#asksArgumentsAlone}, and
   * it may be planned again then after that was given up.
   */
  default boolean asksArgumentsAlone() {
    return false;
  }

  /**
   * Called before {@link #completed}, on the engine's thread, for each step that was left out
   * because the driver does not know what it asks for and the step is optional.
   *
   * @param step such as a {@link NetlinkStep.ConfigureVf} that is {@code optional}
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
   * block, and what it throws goes to the engine's error handler.
   *
   * @param outcome how it ended
   * @param failure why it failed; null unless the outcome is {@link Outcome#FAILED}
   */
  void completed(Outcome outcome, PlugFailure failure);

  /**
   * As {@link #completed}, which it calls unless an implementation puts off the second half of it:
   * to wake who waits.
   *
   * @return does that half; called soon, when the others that ended with it are completed too
   */
  default Runnable ended(Outcome outcome, PlugFailure failure) {
    completed(outcome, failure);
    return TOLD;
  }
}
