package io.fastvif.plugin.ovs;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.PlanBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Open vSwitch and a hybrid plug have of a VIF of which only the id is known: the ports that
 * bear its mark; of those that bear none, because os-vif or an earlier version of fastvif made
 * them, the ports whose iface-id it is and those of the devices that bear its alias or that it
 * leases; and what goes with them.
 */
final class KnownPorts {
  private static final String BRIDGE = "bridge";
  private static final String VETH = "veth";
  private static final String PATCH = "patch";
  private static final String PEER = "peer";

  private final String vifId;
  private final PlanBuilder plan;
  private final HostSnapshot host;
  private final OvsSnapshot ovs;
  private final Set<OvsChange> changes = new LinkedHashSet<>();
  private final Set<OvsChange> bridges = new LinkedHashSet<>();
  private final List<LinkState> representors = new ArrayList<>();

  KnownPorts(String vifId, PlanBuilder plan) {
    this.vifId = vifId;
    this.plan = plan;
    host = plan.host();
    ovs = host.ovs();
  }

  void unplug() {
    for (OvsSnapshot.InterfaceRow row : ovs.interfaces()) {
      if (isOwn(row)) {
        ovs.portOf(row).ifPresent(port -> delete(row, port));
      }
    }
    changes.addAll(bridges);
    if (!changes.isEmpty()) {
      plan.add(PlannedStep.own(new OvsStep.ChangeOvs(new ArrayList<>(changes)), null));
    }
    for (LinkState representor : representors) {
      plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of()), null));
      RepresentorPort.giveBack(plan, representor);
    }
    for (LinkState link : host.linksOf(vifId)) {
      if (link.kind().equals(BRIDGE)) {
        retire(link);
      }
    }
  }

  private boolean isOwn(OvsSnapshot.InterfaceRow row) {
    Optional<String> marked = row.markedVifId();
    return marked.isPresent()
        ? marked.get().equals(vifId)
        : row.interfaceId().equals(vifId)
            || host.link(row.name()).filter(link -> link.isOf(vifId)).isPresent()
            || isOfLeasedFunction(row);
  }

  /** Whether it is DPDK's port of a virtual function that the VIF leases: that has no device. */
  private boolean isOfLeasedFunction(OvsSnapshot.InterfaceRow row) {
    return row.name().equals(OvsNames.dpdkRepresentor(vifId))
        && leasedFunctions()
            .anyMatch(
                function ->
                    row.options()
                        .entrySet()
                        .containsAll(RepresentorPort.options(function).entrySet()));
  }

  private Stream<VirtualFunctionState> leasedFunctions() {
    return host.devices().leases().entrySet().stream()
        .filter(lease -> lease.getValue().holder().equals(vifId))
        .flatMap(lease -> host.virtualFunction(lease.getKey()).stream());
  }

  private void delete(OvsSnapshot.InterfaceRow row, OvsSnapshot.PortRow port) {
    String bridge = port.bridge();
    plan.device(port.name());
    changes.add(new OvsChange.DeletePort(bridge, port.name(), row.interfaceId(), ""));
    if (row.type().equals(PATCH)) {
      deleteOwnBridge(row.options().getOrDefault(PEER, ""));
    }
    boolean isForeign =
        ovs.interfacesOf(port).stream()
            .anyMatch(other -> !other.interfaceId().isEmpty() && !isOwn(other));
    if (OvsNames.isTrunkBridge(bridge) && !isForeign) {
      bridges.add(new OvsChange.DeleteBridge(bridge, false));
    }
    if (row.markedVifId().isPresent()) {
      if (bridge.equals(OvsNames.portBridge(vifId))) {
        bridges.add(new OvsChange.DeleteBridge(bridge, true));
      }
      host.link(row.name()).filter(this::isRepresentor).ifPresent(representors::add);
    }
  }

  /** Whether it stands for a function, and no lease says how it was. */
  private boolean isRepresentor(LinkState link) {
    return !link.isOf(vifId)
        && host.sriov().physicalFunctions().stream()
            .flatMap(card -> host.sriov().virtualFunctions(card.address()).stream())
            .anyMatch(function -> isOf(function, link))
        && leasedFunctions().noneMatch(function -> isOf(function, link));
  }

  private static boolean isOf(VirtualFunctionState function, LinkState representor) {
    return function.representor() != null && function.representor().index() == representor.index();
  }

  /** The bridge of the port's own, which a pair of patch ports joins to the integration bridge. */
  private void deleteOwnBridge(String peer) {
    OvsSnapshot.PortRow patch = ovs.port(peer).orElse(null);
    if (patch == null || !patch.bridge().equals(OvsNames.portBridge(vifId))) {
      return;
    }
    String own = patch.bridge();
    changes.add(new OvsChange.DeletePort(own, peer, "", ""));
    List<OvsSnapshot.PortRow> others = others(own, peer);
    // Its name is cut: with another patch port on it, it is another VIF's too.
    if (others.stream().noneMatch(this::isPatch)) {
      others.forEach(port -> changes.add(new OvsChange.DeletePort(own, port.name(), "", "")));
      others.forEach(port -> plan.device(port.name()));
    }
    bridges.add(new OvsChange.DeleteBridge(own, true));
  }

  private List<OvsSnapshot.PortRow> others(String bridge, String peer) {
    return ovs.interfaces().stream()
        .flatMap(row -> ovs.portOf(row).stream())
        .filter(port -> port.bridge().equals(bridge))
        .filter(port -> !port.name().equals(bridge) && !port.name().equals(peer))
        .distinct()
        .toList();
  }

  private boolean isPatch(OvsSnapshot.PortRow port) {
    return ovs.interfacesOf(port).stream().anyMatch(row -> row.type().equals(PATCH));
  }

  /** The Linux bridge of a hybrid plug: the pair goes, and what else is on it leaves it. */
  private void retire(LinkState bridge) {
    for (LinkState link : host.linksOf(vifId)) {
      if (link.kind().equals(VETH)) {
        plan.delete(link);
      }
    }
    for (LinkState link : host.ports(bridge.index())) {
      if (!link.isOf(vifId)) {
        plan.change(link, LinkSettings.NONE.withMaster(""), false);
      }
    }
    plan.device(bridge.name());
    plan.add(
        PlannedStep.own(
            new NetlinkStep.RetireBridge(bridge.name(), bridge.index(), bridge.group()), null));
  }
}
