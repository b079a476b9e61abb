package io.fastvif.engine.ovs;

import io.fastvif.plan.OvsStep;

/** A plan's change of Open vSwitch on its way. */
final class OvsRequest {
  final OvsPlanUnderWay plan;
  final OvsStep.ChangeOvs step;

  /** When it is given up. */
  final long deadline;

  /** How often what it assumed was no longer so. */
  int attempts;

  /** How often it broke a constraint of the database by itself. */
  int refusals;

  /** What was left as it is, as the rows are now; null for nothing. */
  String note;

  /** Whether anything is to be changed for it, as the rows are now. */
  boolean changes;

  /** Whether it was sent and it is not known what became of it. */
  boolean unknown;

  OvsRequest(OvsPlanUnderWay plan, OvsStep.ChangeOvs step, long deadline) {
    this.plan = plan;
    this.step = step;
    this.deadline = deadline;
  }
}
