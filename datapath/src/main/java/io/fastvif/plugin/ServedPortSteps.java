package io.fastvif.plugin;

import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.VhostUserPortStep;
import java.util.Optional;

/** Opens and closes the vhost-user ports that a forwarder of this host serves. */
public final class ServedPortSteps {
  private ServedPortSteps() {}

  /**
   * Opens a VIF's port, as the VIF has it now. One that is open but for its limits keeps its guest.
   *
   * @param isSound whether one that is open already may stay
   */
  public static void open(PlanBuilder plan, ServedPort port, boolean isSound) {
    Optional<ServedPort> former = plan.host().vhostUserPort(port.vifId());
    boolean isOpen = former.map(open -> open.withRates(port.rates())).equals(Optional.of(port));
    if (isOpen && isSound) {
      if (!former.get().equals(port)) {
        plan.add(
            PlannedStep.own(
                new VhostUserPortStep.LimitPort(port),
                new VhostUserPortStep.LimitPort(former.get())));
      }
      return;
    }
    former.ifPresent(open -> close(plan, open));
    plan.add(
        PlannedStep.own(
            new VhostUserPortStep.OpenPort(port), new VhostUserPortStep.ClosePort(port)));
  }

  /**
   * Closes a VIF's port. Where this process has none, another may have it, or may have ended
   * without taking its socket along.
   *
   * @param mayBeLeft whether to close it then, too
   */
  public static void close(PlanBuilder plan, ServedPort port, boolean mayBeLeft) {
    Optional<ServedPort> former = plan.host().vhostUserPort(port.vifId());
    if (former.isPresent()) {
      close(plan, former.get());
    } else if (mayBeLeft) {
      plan.add(PlannedStep.own(new VhostUserPortStep.ClosePort(port), null));
    }
  }

  /** Closes the port of a VIF of which the id alone is known, if it is open. */
  public static void closeKnown(PlanBuilder plan, String vifId) {
    plan.host().vhostUserPort(vifId).ifPresent(port -> close(plan, port));
  }

  private static void close(PlanBuilder plan, ServedPort former) {
    plan.add(
        PlannedStep.own(
            new VhostUserPortStep.ClosePort(former), new VhostUserPortStep.OpenPort(former)));
  }
}
