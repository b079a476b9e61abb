package io.fastvif.engine;

import io.fastvif.engine.kernel.NetlinkRound;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import java.util.List;

/**
 * Which steps of a plan need not wait for the answer to the one before them. A step waits because a
 * message that follows one that fails could change what is somebody else's, or what the plan then
 * does not undo. Neither can happen where the plan has just made the link that a step sets up, and
 * nothing but that link's deletion undoes the step: if the one before fails, the link goes, and the
 * kernel's answer to this one is passed over.
 */
final class StepsAhead {
  private StepsAhead() {}

  /**
   * Puts into the send what need not wait for the answer to the step that a plan waits for, if it
   * does.
   */
  static void encode(PlanExecution plan, NetlinkRound round) {
    for (int places = 1; plan.waiting && isAhead(plan, places); places++) {
      long mark = round.mark();
      try {
        if (!round.encodeAhead(plan, step(plan, places))) {
          return;
        }
      } catch (RuntimeException | Error thrown) {
        round.rollback(mark); // it comes again, in its turn
        return;
      }
    }
  }

  /**
   * Whether the step that many places behind the one that a plan waits for may go into the same
   * send, as all between them do.
   */
  private static boolean isAhead(PlanExecution plan, int places) {
    if (plan.isUndoing()) {
      return false;
    }
    List<PlannedStep> steps = plan.plan().steps();
    int place = plan.cursor + places;
    return place < steps.size()
        && setsUpOwn(plan, steps.get(place - 1))
        && setsUpOwn(plan, steps.get(place))
        && step(plan, places).settings().master() == null; // a bridge is somebody else's too
  }

  private static NetlinkStep.ConfigureLink step(PlanExecution plan, int places) {
    return (NetlinkStep.ConfigureLink) plan.plan().steps().get(plan.cursor + places).step();
  }

  private static boolean setsUpOwn(PlanExecution plan, PlannedStep planned) {
    return planned.undo() == null
        && !planned.shared()
        && !planned.keeping()
        && !planned.onlyIfCreated()
        && planned.step() instanceof NetlinkStep.ConfigureLink link
        && link.index() == 0
        && plan.madeIndex(link.name()) > 0;
  }

  /**
   * The index of a local step's link, if the plan made it and has not brought it up; otherwise 0.
   */
  static int madeDown(PlanExecution plan, LocalStep local) {
    if (plan.isUndoing() || broughtUp(plan, local.name())) {
      return 0;
    }
    return Math.max(0, plan.madeIndex(local.name()));
  }

  private static boolean broughtUp(PlanExecution plan, String name) {
    List<PlannedStep> steps = plan.plan().steps();
    for (int i = 0; i < plan.cursor; i++) {
      if (steps.get(i).step() instanceof NetlinkStep.ConfigureLink link
          && link.name().equals(name)
          && Boolean.TRUE.equals(link.settings().up())) {
        return true;
      }
    }
    return false;
  }
}
