package io.fastvif.plugin;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;
import java.net.Inet6Address;

/**
 * The addresses that a bridge without ports gets with the first one: the kernel gives it that one's
 * MAC address, unless somebody has set it, and with the carrier a link-local address, once.
 */
final class OwnAddresses {
  private OwnAddresses() {}

  /** Before a port of the VIF's joins: on the way back the bridge has those that it has now. */
  static void keepAtJoin(PlanBuilder plan, LinkState bridge) {
    HostSnapshot host = plan.host();
    if (host.hasPorts(bridge.index())) {
      return; // it has the least of their MAC addresses
    }
    if (bridge.address() != null && !plan.setsAddress(bridge.name())) {
      Step restore =
          new NetlinkStep.ConfigureLink(
              bridge.name(), bridge.index(), LinkSettings.NONE.withAddress(bridge.address()));
      plan.onTheWayBack(bridge, restore);
    }
    boolean hasIpv6 =
        host.addresses(bridge.index()).stream()
            .anyMatch(found -> found.address() instanceof Inet6Address);
    if (bridge.up() && !bridge.ipv6Disabled() && !hasIpv6 && !hasEntries(host, bridge)) {
      // It forgets that it had a carrier, and gets an address when it has one again.
      plan.onTheWayBack(bridge, new LocalStep.DisableIpv6(bridge.name(), false));
      plan.onTheWayBack(bridge, new LocalStep.DisableIpv6(bridge.name(), true));
    }
  }

  private static boolean hasEntries(HostSnapshot host, LinkState bridge) {
    return host.entries(bridge.index()).all().stream().anyMatch(LinkEntry::needsIpv6);
  }
}
