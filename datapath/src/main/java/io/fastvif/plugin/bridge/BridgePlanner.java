package io.fastvif.plugin.bridge;

import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plugin.NetworkMtu;
import io.fastvif.plugin.OwnBridge;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PlannedNames;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.NumberRange;
import java.util.Optional;
import java.util.function.IntSupplier;

/** Plans the bridge of a network and its uplink, the part that the network's VIFs share. */
final class BridgePlanner {
  /** Every namespace's (LOOPBACK_IFINDEX in include/net/flow.h). */
  private static final int LOOPBACK_INDEX = 1;

  private static final String INTERFACE_FIELD = "network.bridge_interface";
  private static final String BRIDGE = "bridge";

  private final String flatInterface;
  private final String vlanInterface;

  /**
   * @param flatInterface takes the place of the network's bridge interface unless it is empty
   * @param vlanInterface the same for networks on a VLAN
   */
  BridgePlanner(String flatInterface, String vlanInterface) {
    this.flatInterface = flatInterface;
    this.vlanInterface = vlanInterface;
  }

  /** The name of the uplink as it is given: empty for none. */
  private String uplinkName(Network network) {
    if (network.providesVlan()) {
      return "vlan" + vlanId(network);
    }
    return flatInterface.isEmpty() ? network.bridgeInterface().orElse("") : flatInterface;
  }

  private static int vlanId(Network network) {
    return NumberRange.VLAN.check("network.vlan", network.vlan().require("network.vlan"));
  }

  /** The name of the link that a network's VLAN lies on, as it is given. */
  private String lowerName(Network network) {
    return vlanInterface.isEmpty() ? network.bridgeInterface().orElse("") : vlanInterface;
  }

  /** Takes in the names of the links that join a network's bridge. */
  void name(PlannedNames names, Network network) {
    if (network.providesVlan()) {
      names.add("network.vlan", uplinkName(network));
    }
    names.add(INTERFACE_FIELD, network.providesVlan() ? lowerName(network) : uplinkName(network));
  }

  void ensure(PlanBuilder plan, String bridge, Network network, int mtu) {
    HostSnapshot host = plan.host();
    boolean vlan = network.providesVlan();
    String given = uplinkName(network);
    Optional<LinkState> link = host.link(given);
    String uplink = link.map(LinkState::name).orElse(given);
    plan.share(new SharedBridge(bridge, uplink.isEmpty() ? null : uplink));
    UplinkMove move = link.map(found -> new UplinkMove(plan, found, bridge)).orElse(null);
    if (link.isPresent()) {
      check(host, bridge, link.get());
      move.check(mtu);
      if (!vlan) {
        host.link(bridge).ifPresent(found -> NetworkMtu.check(host, found, mtu));
      }
    }
    if (vlan) {
      ensureVlan(plan, uplink, lowerName(network), vlanId(network), mtu);
    }
    MacAddress address = macAddress(host, link, lowerName(network), vlan);
    boolean withoutIpv6 = plan.ensureBridge(bridge, address);
    if (link.isPresent()) {
      join(plan, bridge, link.get(), move, withoutIpv6, vlan ? 0 : mtu);
    } else if (vlan) {
      plan.keepBridgeAddress(bridge, address);
      LinkSettings joined = LinkSettings.NONE.withMaster(bridge).withUp(true);
      plan.add(PlannedStep.shared(new NetlinkStep.ConfigureLink(uplink, 0, joined), null));
    } else if (!uplink.isEmpty()) {
      plan.note(
          "bridge interface " + uplink + " does not exist: " + bridge + " is not joined to it");
    }
    OwnBridge.raise(plan, bridge, down -> DownLink.keepAddresses(plan, down));
  }

  /** A bridge has its uplink's address, or what that will have: a VLAN has that of its link. */
  private static MacAddress macAddress(
      HostSnapshot host, Optional<LinkState> uplink, String lower, boolean vlan) {
    Optional<LinkState> source = uplink.isEmpty() && vlan ? host.link(lower) : uplink;
    return source.map(LinkState::address).orElse(null);
  }

  /** Refuses what cannot become the bridge's uplink, before anything is changed. */
  private static void check(HostSnapshot host, String bridge, LinkState uplink) {
    Optional<LinkState> master = host.link(uplink.master());
    if (uplink.master() != 0 && !master.map(LinkState::name).orElse("").equals(bridge)) {
      throw InvalidInputException.ofValue(
          INTERFACE_FIELD,
          uplink.name(),
          "is a port of " + master.map(LinkState::name).orElse("a link that is not seen here"),
          "a link that is a port of " + bridge + " or of none");
    }
    if (uplink.kind().equals(BRIDGE)) {
      throw InvalidInputException.ofValue(
          INTERFACE_FIELD, uplink.name(), "is a bridge itself", "a link that can be a port of one");
    }
    if (uplink.index() == LOOPBACK_INDEX) {
      throw InvalidInputException.ofValue(
          INTERFACE_FIELD,
          uplink.name(),
          "is the loopback",
          "a link that can be a port of a bridge");
    }
    // What the kernel says of it, when it is to join, is "busy".
    Optional<LinkState> macvlan =
        uplink.master() != 0
            ? Optional.empty()
            : host.uppers(uplink.index()).stream().filter(BridgePlanner::isMacvlan).findFirst();
    if (macvlan.isPresent()) {
      throw InvalidInputException.ofValue(
          INTERFACE_FIELD,
          uplink.name(),
          "carries the " + macvlan.get().kind() + " " + macvlan.get().name(),
          "a link without macvlans and macvtaps: one that has them cannot be a port of a bridge");
    }
    requireBridge(host, bridge);
  }

  /** A link of another kind would be told as plugged, and get rules on what it forwards. */
  static void requireBridge(HostSnapshot host, String bridge) {
    Optional<LinkState> found = host.link(bridge).filter(link -> !link.kind().equals(BRIDGE));
    if (found.isPresent()) {
      throw InvalidInputException.ofValue(
          "bridge_name", bridge, "is a link of another kind", "a bridge's name, or a free one");
    }
  }

  private static boolean isMacvlan(LinkState link) {
    return link.kind().equals("macvlan") || link.kind().equals("macvtap");
  }

  private static void ensureVlan(PlanBuilder plan, String name, String lower, int vlanId, int mtu) {
    checkVlan(plan.host(), name, lower, vlanId);
    if (plan.host().link(name).filter(link -> !link.isUnfinished()).isEmpty()) {
      plan.add(
          PlannedStep.shared(
              new NetlinkStep.CreateVlan(name, lower, vlanId), new DeleteLink(name, 0, 0)));
      LinkSettings settings = LinkSettings.NONE.withMtu(mtu).withUp(true);
      plan.add(PlannedStep.ofCreation(new NetlinkStep.ConfigureLink(name, 0, settings)));
    }
  }

  /** A VLAN of that name that is another one would join another network to the bridge. */
  private static void checkVlan(HostSnapshot host, String name, String lower, int vlanId) {
    LinkState link = host.link(name).orElse(null);
    if (link == null) {
      return;
    }
    LowerLink present = link.lower();
    int wanted = host.link(lower).map(LinkState::index).orElse(0);
    boolean isVlan = link.kind().equals("vlan") && present != null && present.vlanId() != 0;
    if (!isVlan || present.vlanId() != vlanId || (wanted != 0 && present.index() != wanted)) {
      throw InvalidInputException.ofValue(
          "network.vlan",
          Integer.toString(vlanId),
          "has its device's name taken: "
              + name
              + " is "
              + (isVlan ? vlan(host, present) : a(link)),
          "VLAN " + vlanId + " of " + lower + ", or no device of that name");
    }
  }

  private static String vlan(HostSnapshot host, LowerLink present) {
    String on = host.link(present.index()).map(LinkState::name).orElse("another device");
    return "VLAN " + present.vlanId() + " of " + on;
  }

  private static String a(LinkState link) {
    return switch (link.kind()) {
      case "" -> "a network card";
      case "vlan" -> "a VLAN of a device in another namespace";
      default -> "of the kind " + link.kind();
    };
  }

  /** Joins the uplink to the bridge, and moves there what hangs on it. */
  private static void join(
      PlanBuilder plan,
      String bridge,
      LinkState uplink,
      UplinkMove move,
      boolean withoutIpv6,
      int mtu) {
    Optional<LinkState> existing = plan.host().link(bridge).filter(link -> !link.isUnfinished());
    boolean joins = existing.isEmpty() || uplink.master() != existing.get().index();
    if (joins || !move.isEmpty()) {
      int least = mtu == 0 ? uplink.mtu() : Math.min(mtu, uplink.mtu());
      plan.keepMtus(uplink, least, move.moved());
      existing.ifPresent(link -> plan.keepMtus(link, least));
    }
    move.mark();
    if (existing.isPresent() && (joins || !move.isEmpty())) {
      move.keepAddress(existing.get());
    }
    if (!move.isEmpty()) {
      existing.ifPresent(link -> DownLink.keepAddresses(plan, link));
      existing.ifPresent(link -> plan.change(link, LinkSettings.NONE.withUp(true), true));
      existing.filter(LinkState::up).ifPresent(link -> BareRoutes.keep(plan, link));
    }
    move.holdDormant();
    move.copy(withoutIpv6);
    DownLink.keepAddresses(plan, uplink);
    plan.change(uplink, LinkSettings.NONE.withMaster(bridge).withUp(true), true);
    move.finish();
  }

  /**
   * Ends what {@link #ensure} has begun, when all that may be refused is done: the kernel does not
   * tell whether a bridge's MTU was set by hand, and once it is, it is for good.
   */
  void finish(PlanBuilder plan, String bridge, Network network, int mtu) {
    HostSnapshot host = plan.host();
    LinkState uplink = host.link(uplinkName(network)).orElse(null);
    if (uplink == null) {
      return;
    }
    if (mtu != 0 && !network.providesVlan()) {
      NetworkMtu.set(plan, uplink, mtu);
      host.link(bridge)
          .filter(link -> !link.isUnfinished())
          .ifPresentOrElse(
              link -> NetworkMtu.set(plan, link, mtu), () -> NetworkMtu.setNew(plan, bridge, mtu));
    }
    UplinkMove move = new UplinkMove(plan, uplink, bridge);
    move.endDormancy();
    move.unmark();
    move.takeOffLast();
  }

  /**
   * Ends a move to the bridge that was broken off: forwards once the uplink has joined, otherwise
   * backwards. The bridge and its uplink are left as they are if nothing was broken off.
   *
   * @param networkMtu in bytes; 0 if it is left as it is
   */
  void settle(PlanBuilder plan, String given, Network network, IntSupplier networkMtu) {
    HostSnapshot host = plan.host();
    Optional<LinkState> uplink = uplink(host, network);
    Optional<LinkState> existing = host.link(given).filter(link -> link.kind().equals(BRIDGE));
    if (uplink.isEmpty() || existing.isEmpty()) {
      return;
    }
    end(plan, existing.get(), uplink.get(), network.providesVlan() ? () -> 0 : networkMtu);
  }

  /** No plug can have made a device of a VLAN that there is not. */
  private Optional<LinkState> uplink(HostSnapshot host, Network network) {
    boolean hasNone = network.providesVlan() && !NumberRange.VLAN.has(network.vlan().orElse(0));
    return hasNone ? Optional.empty() : host.link(uplinkName(network));
  }

  private static void end(
      PlanBuilder plan, LinkState bridge, LinkState uplink, IntSupplier networkMtu) {
    boolean joined = uplink.master() == bridge.index();
    UplinkMove move = new UplinkMove(plan, uplink, bridge.name());
    if (!(joined || uplink.master() == 0) || !move.isHalfDone()) {
      return;
    }
    plan.share(new SharedBridge(bridge.name(), uplink.name()));
    if (joined) {
      move.copy(bridge.ipv6Disabled());
      move.finish();
      int mtu = networkMtu.getAsInt();
      if (mtu != 0) {
        NetworkMtu.set(plan, uplink, mtu);
        NetworkMtu.set(plan, bridge, mtu);
      }
      move.endDormancy();
      move.unmark();
      move.takeOffLast();
    } else {
      move.takeBack();
    }
  }

  /**
   * Ends the moves to a bridge that were broken off, of other uplinks than the network's, as its
   * marks tell: whoever comes next to the bridge may not know of them.
   *
   * @param given the bridge's name
   * @param network null for one that does not say how the bridge is made
   * @param networkMtu in bytes; 0 if it is left as it is
   * @param plugs whether the network's own uplink is to join afterwards
   */
  void settleOthers(
      PlanBuilder plan, String given, Network network, IntSupplier networkMtu, boolean plugs) {
    HostSnapshot host = plan.host();
    LinkState bridge = host.link(given).filter(link -> !link.isUnfinished()).orElse(null);
    if (bridge == null) {
      return;
    }
    LinkState own = network == null ? null : uplink(host, network).orElse(null);
    for (int index : FormerBridge.uplinks(bridge)) {
      LinkState uplink = host.link(index).orElse(null);
      boolean isPort = uplink != null && uplink.master() == bridge.index();
      if (own != null && own.index() == index) {
        continue; // it is the network's
      }
      if (uplink == null || !(isPort || uplink.master() == 0)) {
        plan.share(new SharedBridge(bridge.name(), null));
        FormerBridge.deleteMarks(plan, bridge, index);
        plan.note(
            "a move to "
                + bridge.name()
                + " was broken off, and its uplink is gone since: what had come to the bridge is"
                + " left there");
      } else if (plugs && own != null && !isPort) {
        throw InvalidInputException.ofValue(
            INTERFACE_FIELD,
            own.name(),
            "cannot join " + bridge.name() + " now: a move of " + uplink.name() + " was broken off",
            uplink.name() + ", or that a VIF of the bridge is unplugged first");
      } else {
        boolean isVlan = uplink.kind().equals("vlan");
        end(plan, bridge, uplink, isVlan ? () -> 0 : networkMtu);
      }
    }
  }
}
