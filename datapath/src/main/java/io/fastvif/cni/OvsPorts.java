package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsMarks;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.ovs.OvsPlugin;
import io.fastvif.vif.MacAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The ports of pods in Open vSwitch, found by the marks that they bear. */
final class OvsPorts {
  static final String ATTACHED_MAC = "attached-mac";

  private OvsPorts() {}

  /**
   * The host with Open vSwitch's rows.
   *
   * @throws CniException if its database does not answer, which a runtime waits for
   */
  static HostSnapshot require(VifHost host) {
    HostSnapshot snapshot = host.snapshotWithOvs();
    if (!snapshot.ovs().isKnown()) {
      throw new CniException(CniException.TRY_AGAIN_LATER, away(host));
    }
    return snapshot;
  }

  /** Says that the database does not answer. */
  static String away(VifHost host) {
    return "Open vSwitch is away: its database at "
        + host.configuration().ovs().servers()
        + " does not answer";
  }

  /**
   * The external_ids of a pod's interface: os-vif's, and the VIF's mark.
   *
   * @param interfaceId by which a controller finds it
   * @param mac that of the pod's end; null if it is not known
   */
  static Map<String, String> externalIds(AttachmentId id, String interfaceId, MacAddress mac) {
    Map<String, String> ids = new LinkedHashMap<>();
    ids.put("iface-id", interfaceId);
    ids.put("iface-status", "active");
    ids.put(ATTACHED_MAC, mac == null ? "" : mac.toString());
    ids.put("vm-uuid", id.containerId());
    return OvsMarks.with(id.vifId(), ids);
  }

  /** The ids of the VIFs that have ports on bridges of this network namespace. */
  static Set<String> vifIds(HostSnapshot host) {
    return host.ovs().interfaces().stream()
        .filter(row -> host.ovs().portOf(row).flatMap(port -> host.link(port.bridge())).isPresent())
        .flatMap(row -> row.markedVifId().stream())
        .collect(Collectors.toSet());
  }

  /** Whether a VIF has a port. */
  static boolean has(HostSnapshot host, String vifId) {
    Optional<String> own = Optional.of(vifId);
    return host.ovs().interfaces().stream().anyMatch(row -> row.markedVifId().equals(own));
  }

  /**
   * Deletes the ports of a VIF, also those whose link is gone.
   *
   * @param rows that are known; otherwise nothing is deleted
   */
  static void delete(String vifId, PlanBuilder plan, OvsSnapshot rows) {
    if (rows.isKnown()) {
      new OvsPlugin.Factory().create(new PluginOptions("ovs", Map.of())).unplugKnown(vifId, plan);
    }
  }
}
