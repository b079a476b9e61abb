package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import java.io.IOException;
import java.util.List;

/**
 * One way to attach pods to a network: the keys that say how, the plan of it, and what CHECK and
 * STATUS look at. What all ways have in common is not its own: addresses, names, DEL and GC.
 */
interface PodAttachment {
  /** Completes what IPAM gave: gateways and routes. */
  default CniResult complete(CniResult given) {
    return given;
  }

  /** The host as this way has to see it. */
  default HostSnapshot snapshot(VifHost host) {
    return host.snapshot();
  }

  /**
   * Whether an ADD has ended that made an attachment; what one has left half made does not count.
   */
  default boolean isAttached(VifHost host, AttachmentId id) {
    return host.snapshot().linksOf(id.vifId()).stream().anyMatch(link -> !CniPlugin.isLeft(link));
  }

  /** Before anything is done for a pod: fails if the host lacks what the way takes. */
  default void require(VifHost host) {
    // takes nothing that is not made
  }

  /** Whether pods get devices of the host's own. */
  default boolean takesDevices() {
    return false;
  }

  /** Whether a pod's {@link PodRates} can be limited. */
  default boolean limitsRates() {
    return false;
  }

  /** Whether a pod's end of its link is left to the pod, and not even brought up. */
  default boolean leavesPodDown() {
    return false;
  }

  /** Whether {@link #plug} asks its arguments alone, neither files nor other threads. */
  default boolean plansByArguments() {
    return false;
  }

  /** The plan to attach a pod; nothing on the host bears the VIF's alias yet. */
  PlugPlan plug(AttachmentPlan pod, HostSnapshot host);

  /** The links that ADD names. */
  List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host);

  /** Compares what the host and the pod have with what it has made. */
  void check(AttachmentCheck check);

  /**
   * Fails with the code 50 or 51 if no pod could be attached.
   *
   * @param network the network's name
   */
  default void status(VifHost host, String network) {
    // needs nothing
  }

  /**
   * As {@link #status}, in the host's namespace, where {@link #takesDevices}.
   *
   * @param taken those that pods have
   */
  default void statusOfDevices(PodDevices taken) throws IOException {
    // needs none
  }
}
