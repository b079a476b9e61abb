package io.fastvif.engine.kernel;

import io.fastvif.plan.LocalStep;

/** What local steps need: they are done at once, on the engine's thread. */
public interface LocalActions {

  /** Does a step for the VIF of that id; 0 or a negated error number. */
  default int perform(LocalStep step, String vifId) {
    // Not a switch over types, of which the JVM makes a class anew at each start of the command.
    if (step instanceof LocalStep.CreateTap tap) {
      return createTap(tap, vifId);
    }
    if (step instanceof LocalStep.DisableIpv6 ipv6) {
      return disableIpv6(ipv6.name(), ipv6.disabled());
    }
    return setSysctl((LocalStep.SetSysctl) step);
  }

  /**
   * Creates a tap that did not exist, with the marks of the VIF of that id (its alias, and the
   * group in which its links are made) before it could outlive this process; 0 or a negated error
   * number.
   */
  int createTap(LocalStep.CreateTap tap, String vifId);

  /** Switches IPv6 off or on for a link; 0 or a negated error number, ENOENT if it has no IPv6. */
  int disableIpv6(String name, boolean disabled);

  /** Writes a link's setting; 0 or a negated error number, ENOENT if it has none such. */
  int setSysctl(LocalStep.SetSysctl sysctl);
}
