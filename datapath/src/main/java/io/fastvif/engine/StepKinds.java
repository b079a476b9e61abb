package io.fastvif.engine;

import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;

/** What the kinds of steps have in common. */
final class StepKinds {
  private StepKinds() {}

  /** Whether some of it may be done when the kernel refuses it. */
  static boolean isPartial(Step step) {
    return step instanceof NetlinkStep.ConfigureLink || step instanceof NetlinkStep.ConfigureVf;
  }

  /** Whether it is an exchange with the kernel and nothing else: no thread and no wait follows. */
  static boolean isForCallers(Step step) {
    return step instanceof LocalStep
        || (step instanceof NetlinkStep && !(step instanceof NetlinkStep.RetireBridge));
  }

  /** Whether it makes a link that may be there already, and may be of several VIFs. */
  static boolean isEnsuring(Step step) {
    return step instanceof NetlinkStep.CreateBridge || step instanceof NetlinkStep.CreateVlan;
  }
}
