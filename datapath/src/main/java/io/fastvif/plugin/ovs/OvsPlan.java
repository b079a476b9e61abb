package io.fastvif.plugin.ovs;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsOwnership;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects one VIF's steps: those on devices at once, Open vSwitch's all in one step. */
final class OvsPlan {
  private final OvsVif vif;
  private final PlanBuilder plan;
  private final String device;
  private final HostSnapshot host;
  private final OvsSnapshot ovs;
  private final List<OvsChange> changes = new ArrayList<>();
  private final List<OvsChange> undo = new ArrayList<>();
  private final List<String> ports = new ArrayList<>();
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

  /** The link of that name, unless another VIF's alias is on it. */
  Optional<LinkState> ownLink(String name) {
    return host.link(name)
        .filter(link -> Aliases.vifId(link.alias()).orElse(vif.id()).equals(vif.id()));
  }

  /** The bridge is there, with that datapath type. */
  void ensureBridge(String name, String datapathType) {
    Optional<OvsSnapshot.Bridge> bridge = ovs.bridge(name);
    changes.add(new OvsChange.EnsureBridge(name, datapathType));
    if (bridge.isEmpty() && ovs.isKnown()) {
      undo.addFirst(new OvsChange.DeleteBridge(name, true));
    }
    changing |= bridge.filter(row -> row.datapathType().equals(datapathType)).isEmpty();
  }

  /** The port is on that bridge. */
  void addPort(String bridge, OvsPort port) {
    plan.device(port.name());
    ports.add(port.name());
    changes.add(new OvsChange.AddPort(bridge, port));
    if (ovs.isKnown() && ovs.port(port.name()).isEmpty()) {
      undo.addFirst(
          new OvsChange.DeletePort(
              bridge,
              port.name(),
              "",
              port.creation().qos() == null ? Map.of() : port.creation().qos().externalIds()));
    }
    changing |= !isAsWanted(bridge, port);
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

  /** The port is not on that bridge. */
  void deletePort(String bridge, String name, String interfaceId, Map<String, String> qosIds) {
    OvsChange.DeletePort delete = new OvsChange.DeletePort(bridge, name, interfaceId, qosIds);
    changes.add(delete);
    Optional<OvsSnapshot.Port> port = ovs.port(name);
    if (port.isEmpty()) {
      changing |= !ovs.isKnown() || (!qosIds.isEmpty() && !ovs.qos(qosIds).isEmpty());
    } else if (OvsOwnership.isOf(delete, port.get(), ovs.networkInterface(name))) {
      plan.device(name);
      changing = true;
    } else {
      changes.removeLast();
      plan.note(
          "port "
              + name
              + " is left: it is "
              + (port.get().bridge().equals(bridge)
                  ? "another VIF's"
                  : "on the bridge " + port.get().bridge()));
    }
  }

  /** The bridge is gone if it belongs to a trunk port. */
  void deleteTrunkBridge() {
    if (OvsNames.isTrunkBridge(vif.bridge())) {
      deleteBridge(vif.bridge());
    }
  }

  /** The bridge is gone. */
  void deleteBridge(String name) {
    changes.add(new OvsChange.DeleteBridge(name, false));
    changing |= !ovs.isKnown() || ovs.bridge(name).isPresent();
  }

  /** A device that Open vSwitch or somebody else made has that MTU, if it is there. */
  void mtu(String device, int mtu) {
    host.link(device).ifPresent(link -> plan.change(link, LinkSettings.NONE.withMtu(mtu), false));
  }

  /** Everything of Open vSwitch's that was collected is done here. */
  void changeOvs() {
    if (changing && !changes.isEmpty()) {
      plan.add(
          PlannedStep.own(
              new Step.ChangeOvs(changes), undo.isEmpty() ? null : new Step.ChangeOvs(undo)));
    }
  }

  /**
   * The switch has let go of a link before it gets another name: ovs-vswitchd finds the ports that
   * it takes out of the kernel's datapath by name, and leaves one there that was renamed meanwhile.
   */
  void awaitRelease(LinkState link) {
    if (changing || link.master() != 0) {
      plan.add(PlannedStep.own(new Step.AwaitOvs(List.of(link.name())), null));
    }
  }

  /** A device goes, if it is there and not another VIF's. */
  void deleteLink(String name) {
    Optional<LinkState> link = ownLink(name);
    if (link.isPresent()) {
      plan.add(
          PlannedStep.own(new Step.DeleteLink(name, link.get().index(), link.get().group()), null));
      plan.device(name);
    } else if (host.link(name).isPresent()) {
      plan.note(name + " is left: fastvif made it for another VIF");
    }
  }

  /** A Linux bridge goes, if it is there and not another VIF's; the guest's device leaves it. */
  void retireBridge(String name) {
    Optional<LinkState> bridge = ownLink(name);
    if (bridge.isEmpty()) {
      deleteLink(name); // says why not
      return;
    }
    int index = bridge.get().index();
    host.link(device)
        .filter(link -> link.master() == index)
        .ifPresent(link -> plan.change(link, LinkSettings.NONE.withMaster(""), false));
    plan.add(PlannedStep.own(new Step.RetireBridge(name, index, bridge.get().group()), null));
    plan.device(name);
  }

  /** The plan to plug. */
  PlugPlan plug() {
    if (vif.options().waitFor() == WaitFor.VSWITCHD && !ports.isEmpty()) {
      plan.add(PlannedStep.own(new Step.AwaitOvs(ports), null));
    }
    return plan.plug();
  }

  /** The plan to unplug. */
  PlugPlan unplug() {
    return plan.unplugged();
  }
}
