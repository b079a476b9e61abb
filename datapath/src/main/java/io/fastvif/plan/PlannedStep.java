package io.fastvif.plan;

import java.util.List;
import java.util.Objects;

/**
 * A step in its place in a plan.
 *
 * @param step what is done
 * @param undo what takes it back when a later step of the plan fails; null where nothing need be
 *     taken back, because an earlier step's undo covers it
 * @param shared whether other VIFs may come to rely on the step (a bridge, its uplink): it is then
 *     undone only while none does
 * @param onlyIfCreated whether the step belongs to the making of the bridge or VLAN in the nearest
 *     creating step before it, and is left out where that one existed already
 * @param keeping whether the step only keeps something as it is that others would change: done
 *     alone, it leaves the VIF unchanged
 */
public record PlannedStep(
    Step step, Step undo, boolean shared, boolean onlyIfCreated, boolean keeping) {

  /** Checks that there is a step. */
  public PlannedStep {
    Objects.requireNonNull(step);
  }

  /** Whether other VIFs may come to rely on any of these steps. */
  public static boolean anyShared(List<PlannedStep> steps) {
    for (PlannedStep planned : steps) {
      if (planned.shared) {
        return true;
      }
    }
    return false;
  }

  /** A step of the VIF alone; undo may be null. */
  public static PlannedStep own(Step step, Step undo) {
    return new PlannedStep(step, undo, false, false, false);
  }

  /** A step that other VIFs may come to rely on; undo may be null. */
  public static PlannedStep shared(Step step, Step undo) {
    return new PlannedStep(step, undo, true, false, false);
  }

  /** A shared step that is done only where the creating step before it really created. */
  public static PlannedStep ofCreation(Step step) {
    return new PlannedStep(step, null, true, true, false);
  }

  /** A step that keeps something as it is, and changes nothing of the VIF. */
  public static PlannedStep keeping(Step step) {
    return new PlannedStep(step, null, false, false, true);
  }
}
