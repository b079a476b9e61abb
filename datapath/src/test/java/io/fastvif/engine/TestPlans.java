package io.fastvif.engine;

import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Plans as the plugins make them. */
final class TestPlans {
  static final int KEPT_MTU = 1400;

  private TestPlans() {}

  /** A plan that keeps a setting of a bridge and does nothing else. */
  static PlugPlan keeping(String id, String bridge) {
    Step keep = new NetlinkStep.ConfigureLink(bridge, 0, LinkSettings.NONE.withMtu(KEPT_MTU));
    return new PlugPlan(
        id, "", Action.UNPLUG, List.of(), null, List.of(PlannedStep.keeping(keep)), List.of());
  }

  /** A plan that changes a bridge for all, and then fails. */
  static PlugPlan withUplink(String id, String bridge, Set<Integer> formerPorts) {
    LinkSettings none = LinkSettings.NONE;
    return new PlugPlan(
        id,
        "",
        Action.PLUG,
        List.of(),
        new SharedBridge(bridge, null, formerPorts),
        List.of(
            PlannedStep.shared(
                new NetlinkStep.ConfigureLink(bridge, 0, none.withMtu(KEPT_MTU)),
                new NetlinkStep.ConfigureLink(bridge, 0, none.withMtu(1500))),
            PlannedStep.own(new NetlinkStep.ConfigureLink(bridge, 0, none.withMtu(70_000)), null)),
        List.of());
  }

  static PlugPlan tap(String id, String name, int mtu) {
    return tap(id, name, LinkSettings.NONE.withMtu(mtu), List.of());
  }

  /** A tap on a bridge that the plan makes if it is not there. */
  static PlugPlan bridged(String id, String name, String bridge, int mtu) {
    return tap(
        id,
        name,
        LinkSettings.NONE.withMtu(mtu).withMaster(bridge),
        List.of(
            PlannedStep.shared(
                new NetlinkStep.CreateBridge(bridge, OptionalInt.empty()),
                new DeleteLink(bridge, 0, 0)),
            PlannedStep.ofCreation(new LocalStep.DisableIpv6(bridge, true)),
            PlannedStep.ofCreation(
                new NetlinkStep.ConfigureLink(bridge, 0, LinkSettings.NONE.withUp(true)))));
  }

  private static PlugPlan tap(
      String id, String name, LinkSettings settings, List<PlannedStep> before) {
    List<PlannedStep> steps = new ArrayList<>(before);
    steps.add(
        PlannedStep.own(
            new LocalStep.CreateTap(name, false, false, OptionalInt.empty(), OptionalInt.empty()),
            new DeleteLink(name, 0, 0)));
    steps.add(
        PlannedStep.own(
            new NetlinkStep.ConfigureLink(name, 0, settings.withAlias(Aliases.of(id)).withUp(true)),
            null));
    SharedBridge shared = before.isEmpty() ? null : new SharedBridge(settings.master(), null);
    return new PlugPlan(id, name, Action.PLUG, List.of(name), shared, steps, List.of());
  }

  static PlugPlan delete(String id, String name, int index, int group) {
    return new PlugPlan(
        id,
        name,
        Action.UNPLUG,
        List.of(name),
        null,
        List.of(PlannedStep.own(new DeleteLink(name, index, group), null)),
        List.of());
  }
}
