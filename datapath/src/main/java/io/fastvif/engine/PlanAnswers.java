package io.fastvif.engine;

import io.fastvif.engine.filter.FilterBatch;
import io.fastvif.engine.ovs.OvsPlanUnderWay;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.plan.Step;

/** How plans take the answers of the sides that answer later. */
final class PlanAnswers {
  private PlanAnswers() {}

  static final StepAnswers.Handler OF_OTHER_THREADS =
      new StepAnswers.Handler() {
        @Override
        public void answered(
            PlanUnderWay plan, Step step, boolean changed, FailureCause problem, String note) {
          if (note != null) {
            plan.left(note);
          }
          if (problem != null) {
            plan.failed(step, problem);
          } else if (changed) {
            plan.succeeded();
          } else {
            plan.satisfied();
          }
        }

        @Override
        public void released(PlanUnderWay plan) {
          plan.retry();
        }
      };

  static final FilterBatch.Answers OF_FILTERS =
      new FilterBatch.Answers() {
        @Override
        public void answered(PlanUnderWay plan, Step step, boolean changed, String problem) {
          if (problem != null) {
            plan.failed(step, 0, problem);
          } else if (changed) {
            plan.succeeded();
          } else {
            plan.satisfied();
          }
        }

        @Override
        public void lost(PlanUnderWay plan, Step step, FailureCause cause) {
          plan.failedWhenDone(step, cause);
        }
      };

  static final OvsTransport.Answers OF_OVS =
      new OvsTransport.Answers() {
        @Override
        public void done(OvsPlanUnderWay plan, Step step) {
          plan.succeeded();
        }

        @Override
        public void left(OvsPlanUnderWay plan, String note) {
          plan.left(note);
        }

        @Override
        public void satisfied(OvsPlanUnderWay plan, Step step) {
          plan.satisfied();
        }

        @Override
        public void failed(OvsPlanUnderWay plan, Step step, FailureCause problem) {
          plan.failed(step, problem);
        }

        @Override
        public void unknown(OvsPlanUnderWay plan, Step step, FailureCause problem) {
          plan.unknown(step, problem);
        }
      };
}
