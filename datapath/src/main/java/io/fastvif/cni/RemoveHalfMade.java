package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.Action;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Deletes the host's links of a network's pods that somebody was killed with before they had an
 * alias, and so are known to be of no VIF. Of most of them the other end is in the pod, and goes
 * with it, or files tell; what limits a pod is on the host alone.
 *
 * @param kept the groups of what is made for valid attachments
 */
record RemoveHalfMade(VifHost host, String network, Set<Integer> kept) implements PluginStep {
  /** The step for a network of which those attachments are valid. */
  static RemoveHalfMade of(VifHost host, String network, Collection<AttachmentId> valid) {
    return new RemoveHalfMade(
        host,
        network,
        valid.stream().map(id -> LinkGroups.making(id.vifId())).collect(Collectors.toSet()));
  }

  /** The plan to do it in turn with what has the same id. */
  PlugPlan plan(String vifId) {
    return new PlugPlan(vifId, "", Action.CHANGE, List.of(), null, List.of(planned()), List.of());
  }

  @Override
  public boolean perform() {
    boolean isRemoved = false;
    for (LinkState link : host.snapshot().links()) {
      if (LimitRates.isHalfMade(link, network) && !kept.contains(link.group())) {
        isRemoved |= LimitRates.remove(link.name());
      }
    }
    return isRemoved;
  }

  /** Nothing: it was nobody's. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "delete what is half made of " + network;
  }
}
