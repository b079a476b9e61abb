package io.fastvif.plugin.direct;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PortAssociation;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans one VIF's macvtap, and what its device needs. */
final class MacvtapPlanner {
  private static final int IPV6_MIN_MTU = 1280;

  private final PlanBuilder plan;
  private final String vifId;
  private final String name;
  private final MacAddress mac;
  private final TapFile file;
  private final SwitchPort ports;

  /**
   * @param mac the guest's address, null for none given
   */
  MacvtapPlanner(
      PlanBuilder plan, String vifId, String name, MacAddress mac, TapFile file, SwitchPort ports) {
    this.plan = plan;
    this.vifId = vifId;
    this.name = name;
    this.mac = mac;
    this.file = file;
    this.ports = ports;
  }

  PlanBuilder plan() {
    return plan;
  }

  /**
   * Plans to make the macvtap, or to give it what differs. It comes up last, because in one request
   * the kernel would bring it up, with a carrier, before IPv6 address generation is off.
   *
   * @param port on a switch outside; null for none
   */
  void plug(
      SourceDevice source, MacvtapMode mode, boolean promiscuous, int mtu, PortAssociation port) {
    plan.device(name);
    Optional<LinkState> own = own();
    LinkSettings wanted =
        LinkSettings.NONE
            .withMtu(mtu)
            .withAddress(mac)
            .withIpv6AddressGeneration(mtu < IPV6_MIN_MTU ? null : false);
    if (own.isPresent() && !own.get().isUnfinished()) {
      keep(own.get(), source, mode);
      bringUp(source, false);
      plan.change(own.get(), wanted.withUp(true), false);
      plan.add(file.make(name));
      associate(port);
      return;
    }
    if (source.lacksVlan()) {
      provideVlan(source);
    }
    own.filter(half -> isOtherwise(half, source, mode)).ifPresent(this::delete);
    boolean passthrough = mode == MacvtapMode.PASSTHRU;
    plan.add(
        PlannedStep.own(
            new NetlinkStep.CreateMacvtap(
                name,
                source.lowerName(),
                source.lowerIndex(),
                mode,
                promiscuous,
                passthrough ? null : mac,
                mtu),
            new DeleteLink(name, 0, 0)));
    // In mode passthrough the kernel hands the address on to the device.
    configure(
        wanted.withMtu(null).withAddress(passthrough ? mac : null).withAlias(Aliases.of(vifId)));
    bringUp(source, true);
    plan.add(file.make(name));
    associate(port);
    configure(LinkSettings.NONE.withUp(true));
  }

  /** Whether a macvtap that is half made was to become another one. */
  private static boolean isOtherwise(LinkState half, SourceDevice source, MacvtapMode mode) {
    LowerLink lower = half.lower();
    return lower == null || lower.index() != source.lowerIndex() || lower.mode() != mode;
  }

  private void delete(LinkState half) {
    plan.add(PlannedStep.own(new DeleteLink(half.name(), half.index(), half.group()), null));
  }

  private void associate(PortAssociation port) {
    if (port != null) {
      plan.add(ports.associate(port));
    }
  }

  /** Whether there is a macvtap of the VIF. */
  boolean isPlugged() {
    return !plan.host().linksOf(vifId).isEmpty();
  }

  private Optional<LinkState> own() {
    return plan.host().link(name).filter(link -> link.isOf(vifId));
  }

  private void configure(LinkSettings settings) {
    plan.add(PlannedStep.own(new NetlinkStep.ConfigureLink(name, 0, settings), null));
  }

  private void keep(LinkState own, SourceDevice source, MacvtapMode mode) {
    LowerLink lower = own.lower();
    if (lower == null || lower.mode() == null || lower.index() != source.lowerIndex()) {
      throw InvalidInputException.ofValue(
              "vif_name",
              name,
              "is plugged already, and not as a macvtap on " + source.lowerName(),
              "a VIF that was unplugged before it is plugged elsewhere")
          .untilUnplugged();
    }
    if (lower.mode() == mode) {
      return;
    }
    if (lower.mode() == MacvtapMode.PASSTHRU || mode == MacvtapMode.PASSTHRU) {
      throw InvalidInputException.ofValue(
              "mode",
              mode.toString(),
              "cannot be given to " + name + ", which is of mode " + lower.mode(),
              "a VIF that was unplugged before")
          .untilUnplugged();
    }
    plan.add(
        PlannedStep.own(
            new NetlinkStep.SetMacvtapMode(name, own.index(), mode),
            new NetlinkStep.SetMacvtapMode(name, own.index(), lower.mode())));
  }

  private void provideVlan(SourceDevice source) {
    String vlan = source.vlanName();
    plan.share(new SharedBridge(vlan, null));
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.CreateVlan(vlan, source.link().name(), source.vlanId()),
            new DeleteLink(vlan, 0, 0)));
  }

  /**
   * Brings up what the macvtap lies on; after the macvtap was made, so that whoever would set it
   * down again sees the macvtap. One that another VIF brought up may be about to go down, and is
   * brought up once more.
   *
   * @param made whether the plan makes the macvtap
   */
  private void bringUp(SourceDevice source, boolean made) {
    List<String> going = source.lacksVlan() ? List.of(name, source.vlanName()) : List.of(name);
    for (LinkState link : source.links()) {
      boolean marked = BroughtUp.is(link);
      boolean mark = marked || link.alias().isEmpty();
      if (!link.up() || (made && marked) || link.isUnfinished()) {
        LinkSettings up =
            LinkSettings.NONE.withUp(true).withAlias(mark ? Aliases.BROUGHT_UP : null);
        Step undo =
            link.up()
                ? null
                : new MacvtapStep.SetDownIfUnused(link.name(), link.index(), mark, going);
        plan.add(
            PlannedStep.own(
                new NetlinkStep.ConfigureLink(
                    link.name(), link.isUnfinished() ? 0 : link.index(), up),
                undo));
      }
    }
    if (source.lacksVlan()) {
      LinkSettings up = LinkSettings.NONE.withUp(true);
      plan.add(PlannedStep.own(new NetlinkStep.ConfigureLink(source.vlanName(), 0, up), null));
    }
  }

  /**
   * Plans to remove the macvtap, and to set down again what was brought up for it.
   *
   * @param port on a switch outside; null for none
   * @param source the links that the VIF lies on, as far as they are there
   */
  void unplug(boolean preserve, PortAssociation port, List<LinkState> source) {
    if (port != null) {
      plan.add(ports.disassociate(port));
    }
    List<LinkState> lower = preserve ? List.of() : removeFiles();
    plan.delete(preserve);
    setDown(lower);
    if (lower.isEmpty() && !preserve) {
      source.stream()
          .filter(device -> BroughtUp.isLeft(plan.host(), device))
          .forEach(device -> BroughtUp.setDown(plan, device));
    }
  }

  /** The same for a VIF of which nothing but the id is known. */
  void unplugKnown() {
    List<LinkState> lower = removeFiles();
    if (!lower.isEmpty()) {
      plan.deleteRest();
      setDown(lower);
    }
  }

  /** Removes the macvtaps' files; returns what they lie on. */
  private List<LinkState> removeFiles() {
    List<LinkState> lower = new ArrayList<>();
    for (LinkState own : plan.host().linksOf(vifId)) {
      if (own.lower() != null) {
        addLower(own, lower);
        plan.add(file.remove(own.name()));
      }
    }
    return lower;
  }

  private void setDown(List<LinkState> lower) {
    for (LinkState device : lower) {
      if (BroughtUp.is(device)) {
        BroughtUp.setDown(plan, device);
      }
    }
  }

  /** The VLAN first, which wants its device up as long as it is. */
  private void addLower(LinkState link, List<LinkState> lower) {
    HostSnapshot host = plan.host();
    Optional<LinkState> on = host.link(link.lower().index());
    while (on.isPresent() && !lower.contains(on.get())) {
      lower.add(on.get());
      LowerLink next = on.get().lower();
      on = next == null ? Optional.empty() : host.link(next.index());
    }
  }
}
