package io.fastvif.engine;

import io.fastvif.engine.kernel.LinkPlan;
import io.fastvif.engine.kernel.PlansBeside;
import io.fastvif.plan.SharedBridge;

/** What the plans that are under way do to links that another one asks about. */
final class PlansUnderWay implements PlansBeside {
  private final PlanExecution[] active;

  /**
   * @param active the plans, before the first null
   */
  PlansUnderWay(PlanExecution[] active) {
    this.active = active;
  }

  /** Whether something is being moved or taken back that a plan made now would count on. */
  boolean isAmidShared() {
    for (int i = 0; i < active.length && active[i] != null; i++) {
      if (active[i].isActive() && active[i].isAmidShared()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a plan that uses that bridge goes forward. */
  boolean isAnyGoingForward(SharedBridge shared) {
    for (int i = 0; i < active.length && active[i] != null; i++) {
      PlanExecution plan = active[i];
      if (plan.isActive() && !plan.isUndoing() && shared.equals(plan.plan().shared())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isByAnother(LinkPlan plan, String name) {
    for (int i = 0; i < active.length && active[i] != null; i++) {
      if (active[i] != plan && active[i].isActive() && active[i].madeIndex(name) > 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isLeaving(int index) {
    for (int i = 0; i < active.length && active[i] != null; i++) {
      if (active[i].isActive() && active[i].willRename(index)) {
        return true;
      }
    }
    return false;
  }
}
