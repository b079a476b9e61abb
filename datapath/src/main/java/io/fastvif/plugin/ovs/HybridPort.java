package io.fastvif.plugin.ovs;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A VIFBridge: the guest's device is on a Linux bridge of its own, where filter rules can see its
 * frames, and a veth pair joins that bridge to Open vSwitch.
 */
final class HybridPort {
  private HybridPort() {}

  static void plug(OvsPlan plan, OvsVif vif, String bridge, InstanceInfo instance) {
    String bridgeEnd = OvsNames.bridgeEnd(vif.id());
    String switchEnd = OvsNames.switchEnd(vif.id());
    List.of(switchEnd, bridgeEnd, bridge).forEach(plan.devices()::device);
    bridge(plan, vif, bridge);
    plan.requireNoOtherPort(vif.bridge(), switchEnd);
    if (isPairThere(plan, bridgeEnd, switchEnd)) {
      asMade(plan, bridgeEnd, LinkSettings.NONE.withMtu(vif.mtu()).withMaster(bridge));
      asMade(plan, switchEnd, LinkSettings.NONE.withMtu(vif.mtu()));
    } else {
      veth(plan, vif, bridge, bridgeEnd, switchEnd);
    }
    plan.ensureBridge(vif.bridge(), vif.datapathType());
    plan.addPort(vif.bridge(), GenericPort.port(vif, switchEnd, vif.bridge(), instance));
    plan.changeOvs();
    plan.confirm(switchEnd);
  }

  /** One that os-vif made may lack its other end; as with os-vif, that is left so. */
  private static boolean isPairThere(OvsPlan plan, String bridgeEnd, String switchEnd) {
    boolean isUnfinished = plan.isUnfinished(bridgeEnd) || plan.isUnfinished(switchEnd);
    boolean isHalf = plan.isOwn(switchEnd) && plan.host().link(bridgeEnd).isEmpty();
    return plan.host().link(switchEnd).isPresent()
        && !plan.isOthersDevice(switchEnd)
        && !isUnfinished
        && !isHalf;
  }

  /** A pair that os-vif made keeps what it has but for the MTU, as with os-vif. */
  private static void asMade(OvsPlan plan, String end, LinkSettings settings) {
    plan.change(
        end, plan.isOwn(end) ? settings.withUp(true) : LinkSettings.NONE.withMtu(settings.mtu()));
  }

  private static void bridge(OvsPlan plan, OvsVif vif, String bridge) {
    LinkSettings settings = LinkSettings.NONE.withArp(1, 2).withUp(true);
    Optional<LinkState> link = plan.host().link(bridge);
    link.filter(found -> !found.isOf(vif.id())).ifPresent(found -> requireBridge(bridge, found));
    if (plan.lacksOwn(bridge) || plan.isOthersDevice(bridge)) {
      plan.devices()
          .add(
              PlannedStep.own(
                  new NetlinkStep.CreateBridge(bridge, OptionalInt.of(0)),
                  new DeleteLink(bridge, 0, 0)));
      plan.devices().add(PlannedStep.own(new LocalStep.DisableIpv6(bridge, true), null));
      plan.devices()
          .add(
              PlannedStep.own(
                  new NetlinkStep.ConfigureLink(
                      bridge, 0, settings.withAlias(Aliases.of(vif.id()))),
                  null));
      return;
    }
    if (!link.get().ipv6Disabled()) {
      plan.devices()
          .add(
              PlannedStep.own(
                  new LocalStep.DisableIpv6(bridge, true),
                  new LocalStep.DisableIpv6(bridge, false)));
    }
    plan.devices().change(link.get(), settings, false);
  }

  /** The name is made of the VIF's id, and os-vif leaves no mark on a bridge of that name. */
  private static void requireBridge(String bridge, LinkState link) {
    if (!link.name().equals(bridge) || !link.kind().equals("bridge")) {
      String what = link.kind().isEmpty() ? "a device" : "a " + link.kind();
      String also = link.name().equals(bridge) ? "" : " that is also called so";
      throw InvalidInputException.ofValue(
          "id",
          bridge,
          "is the name of its bridge and taken: " + link.name() + " is " + what + also,
          "a bridge of that name, or no device");
    }
  }

  private static void veth(
      OvsPlan plan, OvsVif vif, String bridge, String bridgeEnd, String switchEnd) {
    boolean isHalfMade = plan.isUnfinished(bridgeEnd) || plan.isUnfinished(switchEnd);
    for (String end : List.of(bridgeEnd, switchEnd)) {
      if (!isHalfMade && plan.host().link(end).isPresent() && !plan.isOthersDevice(end)) {
        plan.deleteLink(end, switchEnd); // half of a pair of which the other is elsewhere
      }
    }
    plan.devices().keepBridgeAddress(bridge, null);
    plan.devices()
        .add(
            PlannedStep.own(
                new NetlinkStep.CreateVeth(bridgeEnd, null, switchEnd, null, vif.mtu()),
                new DeleteLink(bridgeEnd, 0, 0)));
    LinkSettings settings = LinkSettings.NONE.withAlias(Aliases.of(vif.id())).withUp(true);
    setUp(plan, bridgeEnd, settings.withMaster(bridge));
    setUp(plan, switchEnd, settings);
  }

  /** Without IPv6: with it, an end that comes up floods the whole switch. */
  private static void setUp(OvsPlan plan, String end, LinkSettings settings) {
    plan.devices().add(PlannedStep.own(new LocalStep.DisableIpv6(end, true), null));
    plan.devices().add(PlannedStep.own(new NetlinkStep.ConfigureLink(end, 0, settings), null));
  }

  static void unplug(OvsPlan plan, OvsVif vif, String bridge) {
    String switchEnd = OvsNames.switchEnd(vif.id());
    plan.deletePort(vif.bridge(), switchEnd, vif.interfaceId());
    plan.deleteTrunkBridge();
    plan.changeOvs();
    plan.deletePortDevice(switchEnd);
    plan.retireBridge(bridge, switchEnd);
  }
}
