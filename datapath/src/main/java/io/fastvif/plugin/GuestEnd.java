package io.fastvif.plugin;

import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import java.util.List;

/**
 * The guest's end of a port's veth pair: brought up where it is made, as os-vif does with both
 * ends, and left to the guest from then on. As long as it is in the host's namespace it has no
 * IPv6: with it, the kernel would look through the multicast routes of all such ends for each
 * multicast report that the bridge floods to each of them. A namespace that it is moved to gives it
 * its own setting.
 */
final class GuestEnd {
  private GuestEnd() {}

  /**
   * Adds the steps, if the plan makes the pair or finishes it. IPv6 is switched off before the port
   * is set up, so that nothing lies between the messages that set up both ends, and they go in one
   * send.
   *
   * @param steps the plan's so far; the last one sets up the port
   * @param isHalfMade whether it is there, as a killed process has left it
   */
  static void raise(List<PlannedStep> steps, String port, String peer, boolean isHalfMade) {
    if (!isHalfMade && !isMadeBy(steps)) {
      return;
    }
    int last = steps.size() - 1;
    boolean isPortLast = last >= 0 && setsUp(steps.get(last).step(), port);
    steps.add(
        isPortLast ? last : steps.size(),
        PlannedStep.own(new LocalStep.DisableIpv6(peer, true), null));
    LinkSettings up = LinkSettings.NONE.withUp(true);
    steps.add(PlannedStep.own(new NetlinkStep.ConfigureLink(peer, 0, up), null));
  }

  private static boolean isMadeBy(List<PlannedStep> steps) {
    for (PlannedStep planned : steps) {
      if (planned.step() instanceof NetlinkStep.CreateVeth) {
        return true;
      }
    }
    return false;
  }

  private static boolean setsUp(Step step, String port) {
    return step instanceof NetlinkStep.ConfigureLink link
        && link.index() == 0
        && link.name().equals(port);
  }
}
