package io.fastvif.engine.ovs;

import io.fastvif.engine.side.PlanUnderWay;
import java.time.Duration;

/** What is to be known of a plan to have its steps done by Open vSwitch. */
public interface OvsPlanUnderWay extends PlanUnderWay {

  /**
   * When to give up the plan's steps on Open vSwitch: one limit holds for them together, and one
   * for taking them back.
   *
   * @return as {@link System#nanoTime()} has it
   */
  long ovsDeadline(Duration limit);
}
