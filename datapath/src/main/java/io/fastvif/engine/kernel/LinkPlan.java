package io.fastvif.engine.kernel;

import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.plan.Step;

/** What is to be known of a plan to have its steps done by netlink. */
public interface LinkPlan extends PlanUnderWay {

  /** The step to do now; null when there is none left. */
  Step next();

  /** The interface group in which links are created for the VIF. */
  int creationGroup();

  /** The index of the link of that name if this plan made it, otherwise 0. */
  int madeIndex(String name);

  /** Notes the index of a link that this plan made. */
  void made(String name, int index);

  /**
   * What the step would create is there, half made: by another plan that is about to finish it, or
   * by a process that was killed. It is finished here too, and taken back by whoever made it.
   */
  void adopted();

  /** Whether a step that could not be done is to be tried again, which counts as a try. */
  boolean mayRetry();

  /** Where the renaming of a link stands, if the step is one. */
  Renaming renaming();
}
