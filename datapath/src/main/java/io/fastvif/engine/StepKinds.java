package io.fastvif.engine;

import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;
import java.util.function.BooleanSupplier;

/** What the kinds of steps have in common. */
final class StepKinds {
  private StepKinds() {}

  /** Whether some of it may be done when the kernel refuses it. */
  static boolean isPartial(Step step) {
    return step instanceof NetlinkStep.ConfigureLink || step instanceof NetlinkStep.ConfigureVf;
  }

  /**
   * Whether it is an exchange with the kernel and nothing else: no thread and no wait follows, and
   * the plan does not go backwards.
   *
   * @param isHere whether the thread is in the engine's namespace; asked where the step is done in
   *     the thread's own
   */
  static boolean isForCallers(PlanExecution plan, Step step, BooleanSupplier isHere) {
    if (plan.isUndoing()) {
      return false;
    }
    return switch (step) {
      case LocalStep.CreateTap tap -> isHere.getAsBoolean();
      case LocalStep.SetSysctl sysctl -> isHere.getAsBoolean();
      case LocalStep.DisableIpv6 ipv6 -> true; // of the namespace in which its file was found
      case NetlinkStep message -> !(message instanceof NetlinkStep.RetireBridge);
      default -> false;
    };
  }

  /** Whether it makes a link that may be there already, and may be of several VIFs. */
  static boolean isEnsuring(Step step) {
    return step instanceof NetlinkStep.CreateBridge || step instanceof NetlinkStep.CreateVlan;
  }
}
