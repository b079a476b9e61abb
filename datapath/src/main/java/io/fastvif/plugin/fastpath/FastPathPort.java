package io.fastvif.plugin.fastpath;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.Step;
import io.fastvif.plugin.HostSideAddress;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.ServedPortSteps;
import io.fastvif.plugin.SocketOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.vif.Field;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.util.Optional;
import java.util.OptionalInt;

/** A VIF's tap and vhost-user port, and the plan that they come into. */
final class FastPathPort {
  private final VifVhostUser vif;
  private ServedPort port;
  private final PlanBuilder plan;

  private FastPathPort(VifVhostUser vif, ServedPort port, HostSnapshot host) {
    this.vif = vif;
    this.port = port;
    plan = new PlanBuilder(port.vifId(), port.name(), host);
  }

  /** To plug it. */
  static FastPathPort of(VifVhostUser vif, FastPathOptions options, HostSnapshot host) {
    int mtu = VifChecks.mtu(vif.network().orElse(null), options.defaultMtu());
    SwitchPortSettings settings =
        options.uplink().isGiven() ? options.uplink().port(vif) : SwitchPortSettings.DEFAULT;
    return of(vif, mtu, settings, options, host);
  }

  /** To unplug it, for which its settings do not matter: a wrong one must not be in the way. */
  static FastPathPort toUnplug(VifVhostUser vif, FastPathOptions options, HostSnapshot host) {
    return of(vif, options.defaultMtu(), SwitchPortSettings.DEFAULT, options, host);
  }

  private static FastPathPort of(
      VifVhostUser vif,
      int mtu,
      SwitchPortSettings settings,
      FastPathOptions options,
      HostSnapshot host) {
    String id = VifChecks.id(vif);
    String name = vif.portName();
    InterfaceName.check("vif_name", Field.of(name));
    String path = SocketOptions.path(vif.path().require("path"));
    VhostUserMode mode = vif.mode().require("mode");
    return new FastPathPort(
        vif,
        new ServedPort(
            id,
            name,
            path,
            mode,
            options.access(),
            mtu,
            options.queuePairs(),
            options.uplink().isGiven() ? "" : name,
            options.uplink().link(),
            options.rates(),
            settings),
        host);
  }

  VifVhostUser vif() {
    return vif;
  }

  PlanBuilder plan() {
    return plan;
  }

  String vifId() {
    return port.vifId();
  }

  String tap() {
    return port.tap();
  }

  boolean hasUplink() {
    return port.hasUplink();
  }

  int mtu() {
    return port.mtu();
  }

  /** The MAC address of the tap in a switch; the guest's own is behind it. */
  MacAddress hostSideAddress() {
    return HostSideAddress.of(vif.address().orElse(null));
  }

  /** Frames carry a virtio-net header, by which checksums and segments pass as they are. */
  Step createTap() {
    return new LocalStep.CreateTap(
        tap(), port.queuePairs() > 1, true, OptionalInt.empty(), OptionalInt.empty());
  }

  Optional<LinkState> ownTap() {
    return plan.host().link(tap()).filter(link -> link.isOf(port.vifId()));
  }

  /** The VIF's tap if it has all its settings. */
  Optional<LinkState> finishedTap() {
    return ownTap().filter(tap -> !tap.isUnfinished());
  }

  /** Who reads the tap completes and segments no frames. */
  void requireWholeFrames() {
    port = port.withWholeFrames(true);
  }

  void addAll(PlugPlan other) {
    other.devices().forEach(plan::device);
    other.steps().forEach(plan::add);
    other.notes().forEach(plan::note);
  }

  /**
   * Opens the port, as the VIF has it now; anew if its tap was deleted, whose descriptor it has.
   * One that is open but for its limits keeps its guest.
   */
  void open() {
    ServedPortSteps.open(plan, port, hasUplink() || ownTap().isPresent());
  }

  /**
   * Closes the port. Where the tap is left but this process has no such port, another may have it,
   * or may have ended without taking its socket along. With an uplink nothing else is left to tell.
   */
  void close() {
    ServedPortSteps.close(plan, port, hasUplink() || ownTap().isPresent());
  }

  void deleteTap() {
    Optional<LinkState> link = ownTap();
    if (link.isEmpty()) {
      if (plan.host().link(tap()).isPresent()) {
        plan.note(tap() + " is left: fastvif did not make it for this VIF");
      }
      return;
    }
    plan.device(tap());
    if (vif.isPreservedOnDelete()) {
      plan.note(tap() + " is left: preserve_on_delete is set");
    } else {
      LinkState own = link.get();
      plan.add(PlannedStep.own(new DeleteLink(own.name(), own.index(), own.group()), null));
    }
  }
}
