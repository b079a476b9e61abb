package io.fastvif.plugin;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.vif.InvalidInputException;
import java.util.Optional;

/**
 * A network's MTU on a bridge, its uplink and its ports. The kernel lowers that of the links that
 * lie on one with it, but does not raise it again; and a link whose MTU is too small for IPv6 loses
 * all that it has of that.
 */
public final class NetworkMtu {
  private static final int IPV6_MIN_MTU = 1280;

  /** What the kernel gives a new tap or veth pair of which nobody says it. */
  static final int DEFAULT_MTU = 1500;

  private NetworkMtu() {}

  /**
   * Refuses one that would take a link's IPv6 away, and that of the links that lie on it.
   *
   * @param mtu in bytes; 0 if it is left as it is
   * @throws InvalidInputException that says whose
   */
  public static void check(HostSnapshot host, LinkState link, int mtu) {
    if (mtu == 0 || mtu >= IPV6_MIN_MTU || link.mtu() < IPV6_MIN_MTU) {
      return;
    }
    boolean hasIpv6 =
        host.entries(link.index()).all().stream()
            .anyMatch(entry -> entry.needsIpv6() && !entry.isAutomatic());
    if (hasIpv6) {
      throw InvalidInputException.ofValue(
          "network.mtu",
          Integer.toString(mtu),
          "is too small for the IPv6 addresses of " + link.name(),
          "at least " + IPV6_MIN_MTU);
    }
    FormerMtus.on(host, link).forEach(upper -> check(host, upper, mtu));
  }

  /**
   * The same for a port that joins a bridge: the kernel gives a bridge the least MTU of its ports,
   * unless somebody has set it.
   */
  static void checkJoin(HostSnapshot host, String bridge, int mtu) {
    bridge(host, bridge).ifPresent(found -> check(host, found, mtu));
  }

  private static Optional<LinkState> bridge(HostSnapshot host, String name) {
    return host.link(name).filter(link -> link.kind().equals("bridge") && !link.isUnfinished());
  }

  /**
   * Before a port of the VIF's is made and joins a bridge.
   *
   * @param mtu the port's, in bytes
   */
  static void keepAtJoin(PlanBuilder plan, String bridge, int mtu) {
    bridge(plan.host(), bridge)
        .filter(found -> found.mtu() > mtu)
        .ifPresent(found -> plan.keepMtusOfPort(found, mtu));
  }

  /** Sets that of a link; on the way back all that changes with it becomes as it was after it. */
  public static void set(PlanBuilder plan, LinkState link, int mtu) {
    if (mtu != link.mtu()) {
      plan.keepMtus(link, mtu);
      plan.change(link, LinkSettings.NONE.withMtu(mtu), true);
    }
  }

  /** Sets that of a bridge that the plan makes. */
  public static void setNew(PlanBuilder plan, String bridge, int mtu) {
    LinkSettings settings = LinkSettings.NONE.withMtu(mtu);
    plan.add(PlannedStep.shared(new NetlinkStep.ConfigureLink(bridge, 0, settings), null));
  }
}
