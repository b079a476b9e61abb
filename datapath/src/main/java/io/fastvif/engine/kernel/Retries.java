package io.fastvif.engine.kernel;

import io.fastvif.engine.side.PlanUnderWay;

/** Has a plan's step tried again later. */
public interface Retries {

  /**
   * Tries it again when a link has an owner, or is gone.
   *
   * @param index the link that has the name which the plan wants; negative if it is gone already
   */
  void awaitRelease(PlanUnderWay plan, int index);

  /** Tries it again after a short pause. */
  void pause(PlanUnderWay plan);
}
