package io.fastvif.plugin.bridge;

import io.fastvif.plan.EntryStep;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import java.util.Collection;
import java.util.List;

/** A link that is down may have IPv6 addresses; but one that goes down loses them. */
final class DownLink {
  private DownLink() {}

  /** Before a link that is down is brought up: on the way back it gets its addresses again. */
  static void keepAddresses(PlanBuilder plan, LinkState link) {
    if (link.up()) {
      return;
    }
    for (LinkEntry entry : addresses(plan, link).reversed()) {
      // It is as it is; a step that finds something done already would not be taken back.
      Step settle = new EntryStep.Settle(link.name(), entry);
      if (entry.isChecked()) {
        plan.add(PlannedStep.shared(settle, settle));
      }
      plan.add(PlannedStep.shared(settle, new EntryStep.Add(link.name(), entry)));
    }
  }

  /**
   * After a link was brought down: gives it its addresses again.
   *
   * @param except those that it is not to have
   */
  static void addAddresses(PlanBuilder plan, LinkState link, Collection<LinkEntry> except) {
    for (LinkEntry entry : addresses(plan, link)) {
      if (!except.contains(entry)) {
        plan.add(PlannedStep.shared(new EntryStep.Add(link.name(), entry), null));
        if (entry.isChecked()) {
          plan.add(PlannedStep.shared(new EntryStep.Settle(link.name(), entry), null));
        }
      }
    }
  }

  private static List<LinkEntry> addresses(PlanBuilder plan, LinkState link) {
    return plan.host().entries(link.index()).all().stream()
        .filter(entry -> entry.kind() == LinkEntry.Kind.ADDRESS && entry.needsIpv6())
        .filter(entry -> !entry.isAutomatic() && !entry.isAdvertised())
        .toList();
  }
}
