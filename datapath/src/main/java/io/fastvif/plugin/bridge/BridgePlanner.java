package io.fastvif.plugin.bridge;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.NumberRange;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/** Plans the bridge of a network and its uplink, the part that the network's VIFs share. */
final class BridgePlanner {
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int IFA_F_SECONDARY = 0x01;
  private static final int IFA_F_PERMANENT = 0x80;

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

  void ensure(PlanBuilder plan, String bridge, Network network, int mtu) {
    String given = network.bridgeInterface().orElse("");
    String uplink = given;
    if (network.providesVlan()) {
      String lower = vlanInterface.isEmpty() ? given : vlanInterface;
      int id = NumberRange.VLAN.check("network.vlan", network.vlan().require("network.vlan"));
      uplink = "vlan" + id;
      plan.share(new SharedBridge(bridge, uplink));
      ensureVlan(plan, uplink, lower, id, mtu);
    } else {
      if (!flatInterface.isEmpty()) {
        uplink = flatInterface;
      }
      plan.share(new SharedBridge(bridge, uplink.isEmpty() ? null : uplink));
    }
    plan.ensureBridge(bridge);
    Optional<LinkState> link = plan.host().link(uplink);
    if (link.isPresent()) {
      join(plan, bridge, link.get(), network.providesVlan() || mtu == 0 ? null : mtu);
    } else if (network.providesVlan()) {
      LinkSettings joined = LinkSettings.NONE.withMaster(bridge).withUp(true);
      plan.add(PlannedStep.shared(new Step.ConfigureLink(uplink, 0, joined), null));
    } else if (!uplink.isEmpty()) {
      plan.note(
          "bridge interface " + uplink + " does not exist: " + bridge + " is not joined to it");
    }
  }

  private static void ensureVlan(PlanBuilder plan, String name, String lower, int vlanId, int mtu) {
    checkVlan(plan.host(), name, lower, vlanId);
    if (plan.host().link(name).filter(link -> !link.isUnfinished()).isEmpty()) {
      plan.add(
          PlannedStep.shared(
              new Step.CreateVlan(name, lower, vlanId), new Step.DeleteLink(name, 0, 0)));
      LinkSettings settings = LinkSettings.NONE.withMtu(mtu).withUp(true);
      plan.add(PlannedStep.ofCreation(new Step.ConfigureLink(name, 0, settings)));
    }
  }

  /** A VLAN of that name that is another one would join another network to the bridge. */
  private static void checkVlan(HostSnapshot host, String name, String lower, int vlanId) {
    LowerLink present = host.link(name).map(LinkState::lower).orElse(null);
    if (present == null || present.vlanId() == 0) {
      return; // to be made, or put there in the VLAN's place by somebody
    }
    int wanted = host.link(lower).map(LinkState::index).orElse(0);
    if (present.vlanId() != vlanId || (wanted != 0 && present.index() != wanted)) {
      String on = host.link(present.index()).map(LinkState::name).orElse("another device");
      throw InvalidInputException.ofValue(
          "network.vlan",
          Integer.toString(vlanId),
          "has its device's name taken: " + name + " is VLAN " + present.vlanId() + " of " + on,
          "VLAN " + vlanId + " of " + lower + ", or no device of that name");
    }
  }

  /** Joins the uplink to the bridge and moves its addresses and gateway routes there. */
  private static void join(PlanBuilder plan, String bridge, LinkState uplink, Integer mtu) {
    HostSnapshot host = plan.host();
    plan.change(uplink, LinkSettings.NONE.withMtu(mtu).withMaster(bridge).withUp(true), true);
    List<RouteState> routes =
        host.routes(uplink.index()).stream().filter(BridgePlanner::isMoved).toList();
    for (RouteState route : routes) {
      plan.add(
          PlannedStep.shared(
              new Step.DeleteRoute(uplink.name(), route), new Step.AddRoute(uplink.name(), route)));
    }
    for (AddressState address : host.addresses(uplink.index())) {
      if (isMoved(address)) {
        plan.add(
            PlannedStep.shared(
                new Step.DeleteAddress(uplink.name(), address),
                new Step.AddAddress(uplink.name(), address)));
        plan.add(
            PlannedStep.shared(
                new Step.AddAddress(bridge, address), new Step.DeleteAddress(bridge, address)));
      }
    }
    for (RouteState route : routes) {
      plan.add(
          PlannedStep.shared(
              new Step.AddRoute(bridge, route), new Step.DeleteRoute(bridge, route)));
    }
    if (mtu != null) {
      LinkSettings settings = LinkSettings.NONE.withMtu(mtu);
      host.link(bridge)
          .ifPresentOrElse(
              link -> plan.change(link, settings, true),
              () ->
                  plan.add(PlannedStep.shared(new Step.ConfigureLink(bridge, 0, settings), null)));
    }
  }

  /** os-vif moves IPv4 routes that have a gateway. */
  private static boolean isMoved(RouteState route) {
    return route.gateway() instanceof Inet4Address && route.destination() instanceof Inet4Address;
  }

  /** os-vif moves global IPv4 addresses, but for secondary and dynamic ones. */
  private static boolean isMoved(AddressState address) {
    return address.address() instanceof Inet4Address
        && address.scope() == RT_SCOPE_UNIVERSE
        && (address.flags() & IFA_F_SECONDARY) == 0
        && (address.flags() & IFA_F_PERMANENT) != 0;
  }
}
