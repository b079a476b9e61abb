package io.fastvif.engine;

import io.fastvif.plan.Action;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlugPlan;

/**
 * The look at the host that an unplug takes when its plan is done. A port of Open vSwitch and its
 * device do not go in one request: another process that plugs the VIF may have come in between the
 * two and made one of them anew, and nobody else would take it away.
 */
final class SecondLook {
  /** How often an unplug is planned again, while others go on plugging the VIF. */
  private static final int MAX_LOOKS = 8;

  private int looks;
  private boolean underWay;

  void reset() {
    looks = 0;
    underWay = false;
  }

  /** Begins one, if a plan that has changed something wants it. */
  boolean begin(PlugPlan done) {
    underWay =
        done.action() == Action.UNPLUG
            && looks < MAX_LOOKS
            && done.steps().stream().anyMatch(it -> it.step() instanceof OvsStep.ChangeOvs);
    looks += underWay ? 1 : 0;
    return underWay;
  }

  /** Whether what is left is being planned. */
  boolean isUnderWay() {
    return underWay;
  }

  /**
   * It was planned.
   *
   * @return whether it was under way
   */
  boolean end() {
    boolean was = underWay;
    underWay = false;
    return was;
  }

  /** It cannot be planned, and nor can another one. */
  void giveUp() {
    underWay = false;
    looks = MAX_LOOKS;
  }
}
