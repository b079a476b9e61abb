package io.fastvif.plugin.direct;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.stream.Stream;

/** The devices that were brought up for macvtaps, by the alias that they were given with it. */
final class BroughtUp {
  private BroughtUp() {}

  static boolean is(LinkState device) {
    return device.alias().equals(Aliases.BROUGHT_UP);
  }

  /**
   * Whether it was, and nothing that planning knows of uses it: then the macvtap's plan was cut off
   * before it set the device down. Who else may use it is looked for when it is set down.
   */
  static boolean isLeft(HostSnapshot host, LinkState device) {
    return is(device)
        && device.up()
        && device.master() == 0
        && host.addresses(device.index()).isEmpty()
        && !host.hasPorts(device.index())
        && host.uppers(device.index()).stream().noneMatch(link -> link.lower() != null)
        && Stream.concat(
                host.devices().leases().keySet().stream(),
                host.devices().unreadableLeases().keySet().stream())
            .noneMatch(function -> isOn(host, function, device));
  }

  /** A function of it that somebody has leased wants it up. */
  private static boolean isOn(HostSnapshot host, PciAddress function, LinkState device) {
    return host.virtualFunction(function)
        .flatMap(virtual -> host.sriov().physicalFunction(virtual.physicalFunction()))
        .filter(card -> card.link() != null && card.link().index() == device.index())
        .isPresent();
  }

  /** Sets it down, unless somebody uses it. */
  static void setDown(PlanBuilder plan, LinkState device) {
    plan.add(
        PlannedStep.own(
            new MacvtapStep.SetDownIfUnused(device.name(), device.index(), true, List.of()), null));
  }
}
