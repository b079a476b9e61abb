package io.fastvif.plugin.bridge;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.NumberRange;
import java.util.Optional;

/** Plans the bridge of a network and its uplink, the part that the network's VIFs share. */
final class BridgePlanner {
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
    }
    if (vlan) {
      ensureVlan(plan, uplink, lowerName(network), vlanId(network), mtu);
    }
    MacAddress address = macAddress(host, link, lowerName(network), vlan);
    boolean withoutIpv6 = plan.ensureBridge(bridge, address);
    if (link.isPresent()) {
      join(plan, bridge, link.get(), move, withoutIpv6, vlan || mtu == 0 ? null : mtu);
    } else if (vlan) {
      plan.keepBridgeAddress(bridge, address);
      LinkSettings joined = LinkSettings.NONE.withMaster(bridge).withUp(true);
      plan.add(PlannedStep.shared(new Step.ConfigureLink(uplink, 0, joined), null));
    } else if (!uplink.isEmpty()) {
      plan.note(
          "bridge interface " + uplink + " does not exist: " + bridge + " is not joined to it");
    }
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
    Optional<LinkState> found = host.link(bridge).filter(link -> !link.kind().equals(BRIDGE));
    if (found.isPresent()) {
      throw InvalidInputException.ofValue(
          "bridge_name", bridge, "is a link of another kind", "a bridge's name, or a free one");
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
      Integer mtu) {
    Optional<LinkState> existing = plan.host().link(bridge).filter(link -> !link.isUnfinished());
    boolean joins = existing.isEmpty() || uplink.master() != existing.get().index();
    if (existing.isPresent() && (joins || !move.isEmpty())) {
      move.keepAddress(existing.get());
    }
    if (!move.isEmpty()) {
      existing.ifPresent(link -> plan.change(link, LinkSettings.NONE.withUp(true), true));
    }
    move.copy(withoutIpv6);
    plan.change(uplink, LinkSettings.NONE.withMtu(mtu).withMaster(bridge).withUp(true), true);
    move.finish();
    if (mtu != null) {
      LinkSettings settings = LinkSettings.NONE.withMtu(mtu);
      existing.ifPresentOrElse(
          link -> plan.change(link, settings, true),
          () -> plan.add(PlannedStep.shared(new Step.ConfigureLink(bridge, 0, settings), null)));
    }
  }

  /**
   * Ends a move to the bridge that was broken off: forwards once the uplink has joined, otherwise
   * backwards. The bridge and its uplink are left as they are if nothing was broken off.
   */
  void settle(PlanBuilder plan, String given, Network network) {
    HostSnapshot host = plan.host();
    if (network.providesVlan() && !NumberRange.VLAN.has(network.vlan().orElse(0))) {
      return; // no plug can have made a device of a VLAN that there is not
    }
    Optional<LinkState> uplink = host.link(uplinkName(network));
    Optional<LinkState> existing = host.link(given);
    if (uplink.isEmpty() || existing.isEmpty()) {
      return;
    }
    String bridge = existing.get().name();
    boolean joined = uplink.get().master() == existing.get().index();
    UplinkMove move = new UplinkMove(plan, uplink.get(), bridge);
    if (!(joined || uplink.get().master() == 0) || !move.isHalfDone()) {
      return;
    }
    plan.share(new SharedBridge(bridge, uplink.get().name()));
    if (joined) {
      move.copy(existing.get().ipv6Disabled());
      move.finish();
    } else {
      move.takeBack();
    }
  }
}
