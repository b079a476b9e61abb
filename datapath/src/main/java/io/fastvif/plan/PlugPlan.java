package io.fastvif.plan;

import java.util.List;
import java.util.Objects;

/**
 * All that is to be done to plug or unplug one VIF, in order. A plan without steps finds the host
 * as it should be.
 *
 * @param vifId the VIF's id, by which results and errors name it
 * @param name the VIF's name as its device bears it, for people; may be empty
 * @param action what the plan is for
 * @param devices the devices of the VIF that stand (or stood) on the host, made or found
 * @param shared the bridge that the shared steps are about, null if there are none
 * @param steps what is done, each with its undo
 * @param notes what whoever asked should know although it is no failure: something that was left
 *     out, and why
 */
public record PlugPlan(
    String vifId,
    String name,
    Action action,
    List<String> devices,
    SharedBridge shared,
    List<PlannedStep> steps,
    List<String> notes) {

  /** Copies the lists. */
  public PlugPlan {
    Objects.requireNonNull(vifId);
    Objects.requireNonNull(name);
    Objects.requireNonNull(action);
    devices = List.copyOf(devices);
    steps = List.copyOf(steps);
    notes = List.copyOf(notes);
    if (shared == null && PlannedStep.anyShared(steps)) {
      throw new IllegalArgumentException("shared steps without a shared bridge");
    }
  }
}
