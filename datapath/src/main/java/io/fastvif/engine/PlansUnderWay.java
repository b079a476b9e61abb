package io.fastvif.engine;

import io.fastvif.engine.kernel.LinkPlan;
import io.fastvif.engine.kernel.PlansBeside;

/** What the plans that are under way do to links that another one asks about. */
final class PlansUnderWay implements PlansBeside {
  private final PlanExecution[] active;

  /**
   * @param active the plans, before the first null
   */
  PlansUnderWay(PlanExecution[] active) {
    this.active = active;
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
