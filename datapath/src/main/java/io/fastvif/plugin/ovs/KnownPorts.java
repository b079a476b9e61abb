package io.fastvif.plugin.ovs;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsOwnership;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PlanBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What Open vSwitch and a hybrid plug have of a VIF of which only the id is known: the ports whose
 * iface-id it is, those of the devices that bear its alias, and what goes with them.
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

  KnownPorts(String vifId, PlanBuilder plan) {
    this.vifId = vifId;
    this.plan = plan;
    host = plan.host();
    ovs = host.ovs();
  }

  void unplug() {
    for (OvsSnapshot.Interface row : ovs.interfaces()) {
      boolean isOwn =
          row.interfaceId().equals(vifId)
              || host.link(row.name()).filter(link -> link.isOf(vifId)).isPresent();
      if (isOwn) {
        ovs.portOf(row).ifPresent(port -> delete(row, port));
      }
    }
    if (!changes.isEmpty()) {
      plan.add(PlannedStep.own(new Step.ChangeOvs(new ArrayList<>(changes)), null));
    }
    for (LinkState link : host.linksOf(vifId)) {
      if (link.kind().equals(BRIDGE)) {
        retire(link);
      }
    }
  }

  private void delete(OvsSnapshot.Interface row, OvsSnapshot.Port port) {
    String bridge = port.bridge();
    plan.device(port.name());
    changes.add(new OvsChange.DeletePort(bridge, port.name(), row.interfaceId()));
    if (row.type().equals(PATCH)) {
      deleteOwnBridge(row.options().getOrDefault(PEER, ""));
    }
    boolean isForeign =
        OvsOwnership.interfaceIds(port, ovs).stream().anyMatch(id -> !id.equals(vifId));
    if (OvsNames.isTrunkBridge(bridge) && !isForeign) {
      changes.add(new OvsChange.DeleteBridge(bridge, false));
    }
  }

  /** The bridge of the port's own, which a pair of patch ports joins to the integration bridge. */
  private void deleteOwnBridge(String peer) {
    OvsSnapshot.Port patch = ovs.port(peer).orElse(null);
    if (patch == null || !patch.bridge().equals(OvsNames.portBridge(vifId))) {
      return;
    }
    String own = patch.bridge();
    changes.add(new OvsChange.DeletePort(own, peer, ""));
    List<OvsSnapshot.Port> others = others(own, peer);
    // Its name is cut: with another patch port on it, it is another VIF's too.
    if (others.stream().noneMatch(this::isPatch)) {
      others.forEach(port -> changes.add(new OvsChange.DeletePort(own, port.name(), "")));
      others.forEach(port -> plan.device(port.name()));
    }
    changes.add(new OvsChange.DeleteBridge(own, true));
  }

  private List<OvsSnapshot.Port> others(String bridge, String peer) {
    return ovs.interfaces().stream()
        .flatMap(row -> ovs.portOf(row).stream())
        .filter(port -> port.bridge().equals(bridge))
        .filter(port -> !port.name().equals(bridge) && !port.name().equals(peer))
        .distinct()
        .toList();
  }

  private boolean isPatch(OvsSnapshot.Port port) {
    return ovs.interfacesOf(port).stream().anyMatch(row -> row.type().equals(PATCH));
  }

  /** The Linux bridge of a hybrid plug: the pair goes, and what else is on it leaves it. */
  private void retire(LinkState bridge) {
    for (LinkState link : host.links()) {
      if (link.isOf(vifId) && link.kind().equals(VETH)) {
        plan.delete(link);
      } else if (link.master() == bridge.index() && !link.isOf(vifId)) {
        plan.change(link, LinkSettings.NONE.withMaster(""), false);
      }
    }
    plan.device(bridge.name());
    plan.add(
        PlannedStep.own(
            new Step.RetireBridge(bridge.name(), bridge.index(), bridge.group()), null));
  }
}
