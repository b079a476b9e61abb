package io.fastvif.engine.kernel;

/** What the other plans under way mean to one whose step is answered. */
public interface PlansBeside extends Refusals.BeingMade {

  /** Whether a plan under way will rename the link of that index. */
  boolean isLeaving(int index);
}
