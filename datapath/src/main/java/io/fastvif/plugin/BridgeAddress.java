package io.fastvif.plugin;

import io.fastvif.plan.EntryStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.vif.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * The MAC address of a bridge that has addresses of the host. A bridge whose MAC address nobody has
 * set takes the lowest of its ports', and changes it when ports come and go, under the feet of
 * those who know the host by it. Once it is set, even to what it is, it stays. That it was not set
 * before cannot be undone, and does no harm.
 */
public final class BridgeAddress {
  private static final String BRIDGE = "bridge";

  private BridgeAddress() {}

  /** Before a port joins the bridge of that name; of no bridge that is there, nothing is kept. */
  static void keepAtJoin(PlanBuilder plan, String bridge, MacAddress port) {
    HostSnapshot host = plan.host();
    Optional<LinkState> link =
        host.link(bridge)
            .filter(found -> found.kind().equals(BRIDGE) && !found.isUnfinished())
            .filter(found -> !host.addresses(found.index()).isEmpty());
    if (link.isPresent() && mayTake(host, link.get(), port)) {
      keep(plan, link.get());
    }
  }

  /** Before a link leaves the bridge that it may be a port of. */
  static void keepAtLeave(PlanBuilder plan, LinkState port) {
    HostSnapshot host = plan.host();
    host.link(port.master())
        .filter(found -> found.kind().equals(BRIDGE))
        .filter(found -> !host.addresses(found.index()).isEmpty())
        .filter(found -> isOf(found, port.address()))
        .ifPresent(found -> keep(plan, found));
  }

  /** A bridge that has not the lowest MAC address of its ports has one that was set. */
  private static boolean mayTake(HostSnapshot host, LinkState bridge, MacAddress port) {
    Optional<MacAddress> lowest = host.lowestPortAddress(bridge.index());
    return lowest.isEmpty()
        || (isOf(bridge, lowest.get()) && (port == null || port.value() < lowest.get().value()));
  }

  private static boolean isOf(LinkState bridge, MacAddress address) {
    return bridge.address() != null && bridge.address().equals(address);
  }

  private static void keep(PlanBuilder plan, LinkState bridge) {
    MacAddress address = bridge.address();
    if (address == null || address.value() == 0 || plan.setsAddress(bridge.name())) {
      return; // the kernel leaves 0 when the last port of a bridge is gone, and takes none such
    }
    plan.add(
        PlannedStep.keeping(
            new NetlinkStep.ConfigureLink(
                bridge.name(), bridge.index(), LinkSettings.NONE.withAddress(address))));
    for (LinkEntry neighbour : neighbours(plan.host(), bridge)) {
      plan.add(PlannedStep.keeping(new EntryStep.Add(bridge.name(), neighbour)));
    }
  }

  /**
   * The neighbours that somebody has set on a link. The kernel drops all of a link whose MAC
   * address is set, even to what it is, so that they are to be given back.
   */
  public static List<LinkEntry> neighbours(HostSnapshot host, LinkState link) {
    return host.entries(link.index()).all().stream()
        .filter(entry -> entry.kind() == LinkEntry.Kind.NEIGHBOUR)
        .toList();
  }
}
