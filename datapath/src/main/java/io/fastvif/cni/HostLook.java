package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Looks at what snapshots do not have, in the host's namespace, which need not be that of the
 * thread which asks; in turn with what is done to the same VIF. It changes nothing.
 */
final class HostLook implements PluginStep {
  private final String what;
  private final Runnable look;
  private RuntimeException found;

  private HostLook(String what, Runnable look) {
    this.what = what;
    this.look = look;
  }

  /**
   * Looks.
   *
   * @param vifId what it follows
   * @param what is looked at, for people
   * @param look throws what it finds to be wrong
   * @return completes when it has looked, with what it has thrown if it has
   */
  static CompletableFuture<Void> at(VifHost host, String vifId, String what, Runnable look) {
    HostLook step = new HostLook(what, look);
    PlugPlan plan =
        new PlugPlan(
            vifId,
            "",
            Action.CHANGE,
            List.of(),
            null,
            List.of(PlannedStep.own(step, null)),
            List.of());
    return host.execute(plan)
        .thenAccept(
            result -> {
              CniPlugin.require(result);
              if (step.found != null) {
                throw step.found;
              }
            });
  }

  @Override
  public boolean perform() {
    try {
      look.run();
    } catch (RuntimeException wrong) {
      found = wrong;
    }
    return false;
  }

  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "look at " + what;
  }
}
