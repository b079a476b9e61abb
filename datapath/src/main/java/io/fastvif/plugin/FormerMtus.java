package io.fastvif.plugin;

import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.EntryStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LinkSysctl;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.NetlinkStep;
import java.util.ArrayList;
import java.util.List;

/**
 * Restores, when a plug is undone, what the kernel changes with a link's MTU and does not change
 * back: the MTUs of the links that lie on it, which are lowered with it, and on each of these links
 * the MTU for IPv6 and those of IPv6 routes that have one of their own. An MTU that equals the
 * link's follows the link's, so once all were lowered together, all are raised together too, also
 * those that were smaller before.
 */
final class FormerMtus {
  private FormerMtus() {}

  /**
   * Before a link's MTU may change: on the way back, when the link has its own again, all else is
   * as it was.
   *
   * @param lowest the least that it may become, in bytes
   * @param moved what is not on the link when its MTU changes
   * @param mayBeElsewhere whether to look for links on it in other namespaces, which takes a while
   */
  static void keep(
      PlanBuilder plan, LinkState link, int lowest, List<LinkEntry> moved, boolean mayBeElsewhere) {
    List<LinkState> lowered = lowered(plan.host(), link, lowest);
    keepEntries(plan, link, moved);
    lowered.forEach(upper -> keepEntries(plan, upper, List.of()));
    if (mayBeElsewhere) {
      lowered.forEach(upper -> keepMoved(plan, upper, lowest));
      keepMoved(plan, link, lowest);
    }
    for (LinkState upper : lowered.reversed()) {
      LinkSettings former = LinkSettings.NONE.withMtu(upper.mtu());
      plan.onTheWayBack(upper, new NetlinkStep.ConfigureLink(upper.name(), upper.index(), former));
    }
  }

  /** The links that the kernel lowers with that one, each before those that lie on it. */
  private static List<LinkState> lowered(HostSnapshot host, LinkState link, int lowest) {
    List<LinkState> all = new ArrayList<>();
    for (LinkState upper : on(host, link)) {
      if (upper.mtu() > lowest) {
        all.add(upper);
        all.addAll(lowered(host, upper, lowest));
      }
    }
    return all;
  }

  /** The links that lie on another. */
  static List<LinkState> on(HostSnapshot host, LinkState lower) {
    return host.uppers(lower.index()).stream().filter(link -> link.lower() != null).toList();
  }

  private static void keepMoved(PlanBuilder plan, LinkState link, int lowest) {
    if (lowest >= link.mtu()) {
      return;
    }
    MovedLinks moved = plan.host().movedLinks(link.index());
    for (MovedLinks.MovedLink upper : moved.links()) {
      if (upper.mtu() > lowest) {
        plan.onTheWayBack(link, new DeviceStep.SetMovedMtu(upper));
      }
    }
    for (String upper : moved.unreachable()) {
      plan.note(
          upper
              + " may get a smaller MTU with "
              + link.name()
              + ", and not get its own again if the plug fails");
    }
  }

  private static void keepEntries(PlanBuilder plan, LinkState link, List<LinkEntry> moved) {
    if (link.ipv6Disabled()) {
      return;
    }
    String name = link.name();
    LinkEntries entries = plan.host().entries(link.index());
    for (LinkEntry route : entries.withMtu()) {
      if (moved.contains(route)) {
        continue;
      }
      if (route.isExpiring()) {
        // Of one that is there the kernel takes the MTU, and leaves what only it can set.
        plan.onTheWayBack(link, new EntryStep.Add(name, route));
      } else if (route.way() == LinkEntry.Way.IN_PLACE) {
        plan.onTheWayBack(link, new EntryStep.Change(name, route));
      } else {
        plan.onTheWayBack(link, new EntryStep.Add(name, route));
        plan.onTheWayBack(link, new EntryStep.Delete(name, route));
      }
    }
    if (entries.ipv6Mtu() != 0 && entries.ipv6Mtu() != link.mtu()) {
      plan.onTheWayBack(
          link, new LocalStep.SetSysctl(name, LinkSysctl.IPV6_MTU, entries.ipv6Mtu()));
    }
  }
}
