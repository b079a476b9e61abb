package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.EntryStep;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.Step;

/** What it means for a plan that the kernel has refused one of its steps. */
public final class Refusals {
  private static final String TUN = "/dev/net/tun";

  /** What becomes of the step. */
  public enum Meaning {
    /** The host is already as the step would make it. */
    AS_WANTED,
    /** It is half there, and whoever is at it may not come to its end: the plan finishes it too. */
    ADOPTED,
    /** What is in the way may go, or become the plan's, in a moment. */
    RETRY,
    /** The plan can do without what the driver does not know. */
    IGNORED,
    /** It has failed. */
    FAILED
  }

  /** Who is making what. */
  public interface BeingMade {
    /** Whether another plan that is under way has made the link of that name. */
    boolean isByAnother(LinkPlan plan, String name);
  }

  private final LinkQuestions links;
  private final BeingMade beingMade;

  /**
   * @param links answers questions about links
   */
  public Refusals(LinkQuestions links, BeingMade beingMade) {
    this.links = links;
    this.beingMade = beingMade;
  }

  /** What a user wants to know of a tap that was refused; null for nothing more than the errno. */
  public static String ofTap(int result) {
    return switch (-result) {
      case Errno.EBUSY -> "the name is taken";
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
          "there is no " + TUN + ": expected the device of the kernel's module tun";
      case Errno.ENOTTY -> TUN + " is another device";
      default -> null;
    };
  }

  /**
   * Judges a refusal.
   *
   * @param errno the kernel's error number
   */
  public Meaning meaning(LinkPlan plan, Step step, int errno) {
    String taken = takenName(step, errno);
    if (taken != null) {
      return meaningOfTaken(plan, step, taken);
    }
    boolean isGone = errno == Errno.ENODEV && plan.isKeeping(); // with what was to be kept
    if (isGone || isAsWanted(plan, step, errno)) {
      return Meaning.AS_WANTED;
    }
    boolean ignored =
        step instanceof NetlinkStep.ConfigureVf vf && vf.optional() && errno == Errno.EOPNOTSUPP;
    return ignored ? Meaning.IGNORED : Meaning.FAILED;
  }

  /** The name for which the kernel has not created a link; null if that was not the reason. */
  public static String takenName(Step step, int errno) {
    return switch (step) {
      case LocalStep.CreateTap tap -> errno == Errno.EBUSY ? tap.name() : null;
      case NetlinkStep.CreateVeth veth -> errno == Errno.EEXIST ? veth.name() : null;
      case NetlinkStep.CreateMacvtap macvtap -> errno == Errno.EEXIST ? macvtap.name() : null;
      case NetlinkStep.CreateBridge bridge -> errno == Errno.EEXIST ? bridge.name() : null;
      case NetlinkStep.CreateVlan vlan -> errno == Errno.EEXIST ? vlan.name() : null;
      default -> null;
    };
  }

  private Meaning meaningOfTaken(LinkPlan plan, Step step, String name) {
    int index = links.linkIndex(name);
    Ownership whose = index > 0 ? links.ownership(index, plan.vifId()) : Ownership.GONE;
    boolean isShared =
        step instanceof NetlinkStep.CreateBridge || step instanceof NetlinkStep.CreateVlan;
    if (step instanceof NetlinkStep.CreateBridge && !plan.isShared()) {
      // Of one VIF's bridge, os-vif leaves no mark.
      boolean isOthers = whose == Ownership.UNFINISHED || isOthers(plan, name);
      return isOthers ? Meaning.FAILED : Meaning.AS_WANTED;
    }
    return switch (whose) {
      case OWN -> isShared ? Meaning.ADOPTED : Meaning.AS_WANTED;
      case UNFINISHED -> isShared ? Meaning.ADOPTED : Meaning.FAILED;
      case FOREIGN -> isShared ? Meaning.AS_WANTED : Meaning.FAILED;
      case PASSING, GONE -> plan.mayRetry() ? Meaning.RETRY : Meaning.FAILED;
    };
  }

  private boolean isAsWanted(LinkPlan plan, Step step, int errno) {
    return switch (step) {
      case LocalStep.DisableIpv6 ipv6 -> errno == Errno.ENOENT; // the link has no IPv6 to disable
      case LocalStep.SetSysctl sysctl -> errno == Errno.ENOENT && sysctl.setting().isIpv6();
      case NetlinkStep.AddProxyNeighbour neighbour -> errno == Errno.EEXIST;
      case DeleteLink delete -> errno == Errno.ENODEV;
      // Before Linux 5.5 there are none: who can do without says so.
      case NetlinkStep.AddAltname add ->
          (errno == Errno.EEXIST || errno == Errno.EOPNOTSUPP) && add.unlessTaken();
      case NetlinkStep.DeleteAltname delete -> errno == Errno.ENOENT || errno == Errno.EOPNOTSUPP;
      case NetlinkStep.RetireBridge retire -> errno == Errno.ENODEV;
      case EntryStep.Add add -> errno == Errno.EEXIST;
      case EntryStep.Change change -> errno == Errno.ESRCH || errno == Errno.ENOENT;
      case EntryStep.Delete delete ->
          errno == Errno.ESRCH || errno == Errno.ENOENT || errno == Errno.EADDRNOTAVAIL;
      case NetlinkStep.AddRoute route ->
          errno == Errno.EEXIST && (plan.isShared() || isBy(route.name(), route.route()));
      case NetlinkStep.DeleteRoute route -> errno == Errno.ESRCH;
      default -> false;
    };
  }

  private String alias(String name) {
    int index = links.linkIndex(name);
    return index > 0 ? links.alias(index) : "";
  }

  /** Whether another VIF has it, or another plan that is under way has just made it. */
  private boolean isOthers(LinkPlan plan, String name) {
    return beingMade.isByAnother(plan, name)
        || Aliases.vifId(alias(name)).filter(id -> !id.equals(plan.vifId())).isPresent();
  }

  private boolean isBy(String link, RouteState route) {
    int index = links.linkIndex(link);
    return index > 0 && links.hasRoute(index, route);
  }

  /**
   * Why a step was refused.
   *
   * @param message the kernel's; may be null
   */
  public String detail(Step step, int errno, String message) {
    if (errno == Errno.EEXIST || errno == Errno.EBUSY) {
      String taken =
          switch (step) {
            case LocalStep.CreateTap tap -> holder(tap.name());
            case NetlinkStep.CreateMacvtap macvtap -> holder(macvtap.name());
            case NetlinkStep.CreateBridge bridge -> holder(bridge.name());
            case NetlinkStep.CreateVeth veth -> holder(veth);
            case NetlinkStep.AddRoute route -> "another link has a route there";
            default -> null;
          };
      if (taken != null) {
        return taken;
      }
    }
    return message == null ? "" : message;
  }

  /** One error number is for either end's name: the guest's end is made of the VIF's id. */
  private String holder(NetlinkStep.CreateVeth veth) {
    for (String end : new String[] {veth.name(), veth.peer()}) {
      String holder = holder(end);
      if (holder == null && links.linkIndex(end) > 0) {
        holder = "there is a device " + end + " already, which is not the VIF's";
      }
      if (holder != null) {
        return holder;
      }
    }
    return null;
  }

  private String holder(String name) {
    return Aliases.vifId(alias(name)).map(id -> name + " is the VIF " + id + "'s").orElse(null);
  }
}
