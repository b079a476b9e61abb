package io.fastvif.plugin.ovs;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsOwnership;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.QosIds;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Collects one VIF's steps: those on devices at once, Open vSwitch's all in one step. */
final class OvsPlan {
  private static final String TAP = "tun";

  private final OvsVif vif;
  private final PlanBuilder plan;
  private final String device;
  private final HostSnapshot host;
  private final OvsSnapshot ovs;
  private final List<OvsChange> changes = new ArrayList<>();
  private final List<OvsChange> undo = new ArrayList<>();
  private final List<String> ports = new ArrayList<>();
  private final Set<String> foreignPorts = new HashSet<>();
  private boolean changing;

  OvsPlan(OvsVif vif, String name, HostSnapshot host) {
    this.vif = vif;
    this.host = host;
    device = name;
    plan = new PlanBuilder(vif.id(), name, host);
    ovs = host.ovs();
  }

  PlanBuilder devices() {
    return plan;
  }

  HostSnapshot host() {
    return host;
  }

  /** Whether a device bears another VIF's mark, or has that name as an alternative one only. */
  boolean isOthersDevice(String name) {
    return host.link(name).filter(link -> isOthers(link, name)).isPresent();
  }

  private boolean isOthers(LinkState link, String name) {
    boolean isNamedSo = link.name().equals(name) || link.isOf(vif.id());
    return link.isOfAnotherThan(vif.id()) || !isNamedSo;
  }

  /** Whether a device of that name bears the VIF's mark. */
  boolean isOwn(String name) {
    return host.link(name).filter(link -> link.isOf(vif.id())).isPresent();
  }

  /** Whether a device is the VIF's, and half made or half deleted. */
  boolean isUnfinished(String name) {
    return host.link(name).filter(link -> link.isOf(vif.id()) && link.isUnfinished()).isPresent();
  }

  /** Whether a device is to be made for the VIF, or finished. */
  boolean lacksOwn(String name) {
    return host.link(name).isEmpty() || isUnfinished(name);
  }

  /** Whether a device of that name is a tap, as os-vif or a hypervisor makes one too. */
  boolean isTap(String name) {
    return host.link(name).filter(link -> link.kind().equals(TAP)).isPresent();
  }

  /**
   * Whether a device is the VIF's: as its alias says, and where it has none, as it is with a device
   * that os-vif or a hypervisor made, as the iface-id of the port says that it goes with. Where
   * that port is gone already, a device is the VIF's only if its very name is made of the VIF's id.
   */
  private boolean isOwn(LinkState link, String name, String port) {
    if (link.isOf(vif.id())) {
      return true;
    }
    if (isOthers(link, name)) {
      return false;
    }
    if (foreignPorts.contains(port) || !ovs.isKnown()) {
      return false;
    }
    return ovs.port(port).isPresent() || OvsNames.isOf(vif.id(), link.name());
  }

  /** Ensures the bridge, with that datapath type. */
  void ensureBridge(String name, String datapathType) {
    Optional<OvsSnapshot.BridgeRow> bridge = ovs.bridge(name);
    changes.add(new OvsChange.EnsureBridge(name, datapathType));
    if (bridge.isEmpty() && ovs.isKnown()) {
      undo.addFirst(new OvsChange.TakeBackBridge(name));
    }
    Optional<OvsSnapshot.BridgeRow> other =
        bridge.filter(row -> !row.datapathType().equals(datapathType));
    other.ifPresent(row -> undo.addFirst(new OvsChange.EnsureBridge(name, row.datapathType())));
    changing |= bridge.isEmpty() || other.isPresent();
  }

  /**
   * Ensures the port on a bridge.
   *
   * @throws InvalidInputException as of {@link #requireNoOtherPort}
   */
  void addPort(String bridge, OvsPort port) {
    requireNoOtherPort(bridge, port.name());
    plan.device(port.name());
    ports.add(port.name());
    changes.add(new OvsChange.AddPort(bridge, port, takenOver(bridge, port)));
    if (ovs.isKnown()) {
      // Another process may have removed a port that is there now before the change is made.
      UUID present = ovs.port(port.name()).map(OvsSnapshot.PortRow::uuid).orElse(null);
      undo.addFirst(
          new OvsChange.DeletePort(bridge, port.name(), port.interfaceId(), vif.id(), present));
    }
    boolean wanted = isAsWanted(bridge, port);
    if (!wanted) {
      ovs.networkInterface(port.name())
          .ifPresent(row -> undo.addFirst(new OvsChange.RestoreInterface(row, port)));
    }
    changing |= !wanted;
  }

  /**
   * Checks that no other bridge has a port of that name.
   *
   * @throws InvalidInputException if one has, because its device is another's too then
   */
  void requireNoOtherPort(String bridge, String name) {
    ovs.port(name)
        .filter(row -> !row.bridge().isEmpty() && !row.bridge().equals(bridge))
        .ifPresent(row -> refuse(name, bridge, row));
  }

  private void refuse(String name, String bridge, OvsSnapshot.PortRow row) {
    InvalidInputException taken =
        InvalidInputException.ofValue(
            name.equals(device) ? "vif_name" : "id",
            name,
            "belongs to the bridge " + row.bridge(),
            "a port's name that " + bridge + " has or none has");
    throw OvsOwnership.isMarked(vif.id(), row, ovs) ? taken.untilUnplugged() : taken;
  }

  /** The iface-id of another VIF's port that is taken over; null if nothing is known. */
  private String takenOver(String bridge, OvsPort wanted) {
    if (!ovs.isKnown()) {
      return null;
    }
    Optional<OvsSnapshot.PortRow> present =
        ovs.port(wanted.name()).filter(port -> port.bridge().equals(bridge));
    List<String> others =
        present.map(port -> OvsOwnership.interfaceIds(port, ovs)).orElse(List.of());
    for (String id : others) {
      if (!id.equals(wanted.interfaceId())) {
        plan.note(
            "port "
                + wanted.name()
                + " had the iface-id "
                + id
                + " and is taken over from that VIF, as os-vif does");
        return id;
      }
    }
    present
        .flatMap(port -> OvsOwnership.otherVif(vif.id(), port, ovs))
        .ifPresent(
            id ->
                plan.note(
                    "port "
                        + wanted.name()
                        + " was the VIF "
                        + id
                        + "'s and is taken over from it"));
    return "";
  }

  private boolean isAsWanted(String bridge, OvsPort wanted) {
    return ovs.port(wanted.name()).filter(port -> port.bridge().equals(bridge)).isPresent()
        && ovs.networkInterface(wanted.name())
            .filter(
                row ->
                    row.options().entrySet().containsAll(wanted.options().entrySet())
                        && row.externalIds().entrySet().containsAll(wanted.externalIds().entrySet())
                        && (wanted.type().isEmpty() || wanted.type().equals(row.type()))
                        && (wanted.mtuRequest().isEmpty()
                            || wanted.mtuRequest().equals(row.mtuRequest())
                            || !ovs.hasColumn("Interface", "mtu_request")))
            .isPresent();
  }

  /** Deletes the port from a bridge, if it is there. */
  void deletePort(String bridge, String name, String interfaceId) {
    OvsChange.DeletePort delete = new OvsChange.DeletePort(bridge, name, interfaceId, vif.id());
    Optional<OvsSnapshot.PortRow> port = ovs.port(name);
    if (port.isPresent() && !OvsOwnership.isOf(delete, port.get(), ovs)) {
      foreignPorts.add(name);
      plan.note(
          "port "
              + name
              + " is left: it is "
              + (port.get().bridge().equals(bridge)
                  ? OvsOwnership.otherVif(vif.id(), port.get(), ovs)
                      .map(other -> "the VIF " + other + "'s")
                      .orElse("another VIF's")
                  : "on the bridge " + port.get().bridge()));
      return;
    }
    changes.add(delete);
    if (port.isPresent()) {
      plan.device(name);
      changing = true;
    } else {
      changing |= !ovs.isKnown() || !ovs.qos(QosIds.of(name)).isEmpty();
    }
  }

  /**
   * Deletes the ports of a bridge with that iface-id, whatever their names: the device that one was
   * named after may be gone, or have another name by now.
   */
  void deletePortsOf(String bridge, String interfaceId) {
    if (interfaceId.isEmpty()) {
      return;
    }
    if (ovs.isKnown()) {
      for (String port : ovs.portsOf(bridge, interfaceId)) {
        OvsChange.DeletePort delete = new OvsChange.DeletePort(bridge, port, interfaceId, vif.id());
        if (!changes.contains(delete)) {
          deletePort(bridge, port, interfaceId);
        }
      }
    } else {
      changes.add(new OvsChange.DeletePortsOf(bridge, interfaceId, vif.id()));
      changing = true;
    }
  }

  /** Whether a port of that name was found to be another's, and left. */
  boolean isOthersPort(String name) {
    return foreignPorts.contains(name);
  }

  /** Deletes the bridge if it belongs to a trunk port, unless that is another VIF's. */
  void deleteTrunkBridge() {
    if (OvsNames.isTrunkBridge(vif.bridge()) && foreignPorts.isEmpty()) {
      deleteBridge(vif.bridge(), false);
    }
  }

  /** Deletes the bridge. */
  void deleteBridge(String name, boolean onlyIfEmpty) {
    changes.add(new OvsChange.DeleteBridge(name, onlyIfEmpty));
    changing |= !ovs.isKnown() || ovs.bridge(name).isPresent();
  }

  /** Sets the MTU of a device that Open vSwitch or somebody else made, if it is there. */
  void mtu(String device, int mtu) {
    change(device, LinkSettings.NONE.withMtu(mtu));
  }

  /**
   * Changes a device that Open vSwitch or somebody else made for the VIF, if it is there. One that
   * is another VIF's, or has that name as an alternative one only, is left.
   */
  void change(String device, LinkSettings settings) {
    LinkState link = host.link(device).orElse(null);
    if (link == null) {
      return;
    }
    if (isOthers(link, device)) {
      leave(link);
    } else {
      plan.change(link, settings, false);
    }
  }

  /**
   * Fails the plug if a device of the VIF's own is gone when its port is there: another process has
   * unplugged the VIF meanwhile, and the port would stay alone.
   */
  void confirm(String device) {
    Optional<LinkState> link = host.link(device);
    if (changing && (link.isEmpty() || link.get().isOf(vif.id()))) {
      int index = lacksOwn(device) ? 0 : link.get().index();
      plan.add(
          PlannedStep.own(
              new NetlinkStep.ConfigureLink(device, index, LinkSettings.NONE.withUp(true)), null));
    }
  }

  /**
   * Adds the collected changes of Open vSwitch to the plan, at this place. They are held against
   * the database also where the rows are as wanted, if the plan changes anything else: what made
   * the device go has perhaps removed the port too, unheard of as yet.
   */
  void changeOvs() {
    changing |= plan.hasStep(any -> true);
    if (changing && !changes.isEmpty()) {
      plan.add(
          PlannedStep.own(
              new OvsStep.ChangeOvs(changes), undo.isEmpty() ? null : new OvsStep.ChangeOvs(undo)));
    }
  }

  /**
   * Waits until the switch has released a link, before the link is renamed: ovs-vswitchd finds the
   * ports that it takes out of the kernel's datapath by name, and leaves one there that was renamed
   * meanwhile.
   */
  void awaitRelease(LinkState link) {
    if (changing || link.master() != 0) {
      plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of()), null));
    }
  }

  /**
   * Deletes a device, if it is there and the VIF's.
   *
   * @param port the port that it goes with
   */
  void deleteLink(String name, String port) {
    LinkState link = host.link(name).orElse(null);
    if (link == null) {
      return;
    }
    if (isOwn(link, name, port)) {
      plan.add(PlannedStep.own(new DeleteLink(name, link.index(), link.group()), null));
      plan.device(name);
    } else {
      leave(link);
    }
  }

  /**
   * Deletes the device of a port as {@link #deleteLink} does. Where the port is not there, another
   * process may be about to add it, plugging the VIF: then all that is deleted of Open vSwitch is
   * deleted behind the device.
   */
  void deletePortDevice(String name) {
    deleteLink(name, name);
    if (isOwn(name) && ovs.isKnown() && ovs.port(name).isEmpty() && !changes.isEmpty()) {
      plan.add(PlannedStep.own(new OvsStep.ChangeOvs(changes), null));
    }
  }

  private void leave(LinkState link) {
    plan.note(
        link.name()
            + " is left: "
            + Aliases.vifId(link.alias())
                .map(id -> "fastvif made it for the VIF " + id)
                .orElse("nothing says that it is this VIF's"));
  }

  /**
   * Retires a Linux bridge, if it is there and the VIF's; the guest's device leaves it.
   *
   * @param port the port of Open vSwitch that it goes with
   */
  void retireBridge(String name, String port) {
    LinkState bridge = host.link(name).orElse(null);
    if (bridge == null) {
      return;
    }
    if (!isOwn(bridge, name, port)) {
      leave(bridge);
      return;
    }
    int index = bridge.index();
    host.link(device)
        .filter(link -> link.master() == index)
        .ifPresent(link -> plan.change(link, LinkSettings.NONE.withMaster(""), false));
    plan.add(PlannedStep.own(new NetlinkStep.RetireBridge(name, index, bridge.group()), null));
    plan.device(name);
  }

  /** The plan to plug. */
  PlugPlan plug() {
    if (vif.options().waitFor() == WaitFor.VSWITCHD && !ports.isEmpty()) {
      plan.add(PlannedStep.own(new OvsStep.AwaitOvs(ports), null));
    }
    return plan.plug();
  }

  /** The plan to unplug. */
  PlugPlan unplug() {
    return plan.unplugged();
  }
}
