package io.fastvif.engine;

import io.fastvif.plan.Step;

/** A plan's change of Open vSwitch on its way. */
final class OvsRequest {
  final PlanExecution plan;
  final Step.ChangeOvs step;

  /** When it is given up. */
  final long deadline;

  /** How often what it assumed was no longer so. */
  int attempts;

  /** Whether it was sent and it is not known what became of it. */
  boolean unknown;

  OvsRequest(PlanExecution plan, Step.ChangeOvs step, long deadline) {
    this.plan = plan;
    this.step = step;
    this.deadline = deadline;
  }
}
