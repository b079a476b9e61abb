package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.VhostUserMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has the host's end of pods' vhost-user interfaces: {@code host.engine}. */
interface VhostUserSwitch {

  /**
   * What it makes for a pod.
   *
   * @param vif the port as os-vif's JSON, for which {@code options} are those of plugins, to be
   *     opened again by an agent that starts; empty for one that others keep open
   * @param plan makes it
   */
  record PodPort(String vif, Map<String, String> options, PlugPlan plan) {}

  /** Whether it makes the socket where the configuration does not say. */
  VhostUserMode defaultMode();

  /** The host as it has to be seen. */
  default HostSnapshot snapshot(VifHost host) {
    return host.snapshot();
  }

  /**
   * Whether a pod's port is a link of the host's, by which it is known whether that is finished.
   */
  boolean hasLinks();

  /** Whether it limits the traffic of a pod's interface. */
  default boolean limitsRates() {
    return false;
  }

  /** Whether a pod's port is there that is no link of the host's. */
  boolean hasPort(HostSnapshot host, String vifId);

  /** Before anything is done for a pod: fails if the host lacks what the switch takes. */
  default void require(VifHost host) {
    // takes nothing that is not made
  }

  /** Plans a port. */
  PodPort plug(AttachmentPlan pod, VhostUserEnd end, HostSnapshot host);

  /** The host's link of a port, if it has one. */
  Optional<CniResult.Link> link(PlugPlan plugged, HostSnapshot host);

  /** Adds what comes after all else. */
  default List<PlannedStep> last(AttachmentPlan pod) {
    return List.of();
  }

  /** Compares a port with what was made. */
  void check(AttachmentCheck check, VhostUserEnd end);

  /** Fails with the code 50 or 51 if no pod could be attached. */
  void status(VifHost host, String network);
}
