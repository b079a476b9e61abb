package io.fastvif.plugin.bridge;

import io.fastvif.plan.EntryStep;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plugin.PlanBuilder;
import java.util.List;

/**
 * The IPv4 routes of a link that has no IPv4 address: the kernel deletes all of them with the last
 * such address, also with one that was there for a while only.
 */
final class BareRoutes {
  private BareRoutes() {}

  /** Before a bridge that is up gets addresses: on the way back it gets its routes again. */
  static void keep(PlanBuilder plan, LinkState bridge) {
    for (LinkEntry route : of(plan, bridge, List.of()).reversed()) {
      plan.onTheWayBack(bridge, new EntryStep.Add(bridge.name(), route));
    }
  }

  /**
   * After a bridge has lost addresses again: gives it its routes.
   *
   * @param lost what it has not any more
   */
  static void add(PlanBuilder plan, LinkState bridge, List<LinkEntry> lost) {
    for (LinkEntry route : of(plan, bridge, lost)) {
      plan.add(PlannedStep.shared(new EntryStep.Add(bridge.name(), route), null));
    }
  }

  private static List<LinkEntry> of(PlanBuilder plan, LinkState bridge, List<LinkEntry> lost) {
    List<LinkEntry> own =
        plan.host().entries(bridge.index()).all().stream()
            .filter(entry -> !entry.needsIpv6() && !lost.contains(entry))
            .toList();
    boolean hasAddress = own.stream().anyMatch(entry -> entry.kind() == LinkEntry.Kind.ADDRESS);
    return hasAddress
        ? List.of()
        : own.stream().filter(entry -> entry.kind() == LinkEntry.Kind.ROUTE).toList();
  }
}
