package io.fastvif.engine.ovs;

import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.Step;
import java.util.ArrayDeque;

/** In place of an Open vSwitch that an engine was not given. */
final class NoOvs implements OvsTransport {
  private final String reason;
  private final ArrayDeque<OvsPlanUnderWay> plans = new ArrayDeque<>();
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  NoOvs(String reason) {
    this.reason = reason;
  }

  @Override
  public void add(OvsPlanUnderWay plan, OvsStep step) {
    plans.add(plan);
    steps.add(step);
  }

  @Override
  public int work(Answers answers) {
    int count = plans.size();
    for (int i = 0; i < count; i++) {
      answers.failed(
          plans.remove(), steps.remove(), FailureCause.of(FailureKind.NOT_FOUND, reason));
    }
    return count;
  }

  @Override
  public boolean isReady() {
    return !plans.isEmpty();
  }

  @Override
  public OvsSnapshot snapshot() {
    return OvsSnapshot.UNKNOWN;
  }

  @Override
  public void close() {
    // nothing was opened
  }
}
