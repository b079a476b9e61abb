package io.fastvif.cni;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.QosIds;
import io.fastvif.plugin.PlanBuilder;

/**
 * What limits a pod whose link's host end is a port of Open vSwitch. What the pod gets is limited
 * by a token bucket there, which ovs-vswitchd leaves alone as the port's QoS is {@code linux-noop};
 * what the pod sends by Open vSwitch's own policing, because ovs-vswitchd takes away any other
 * ingress qdisc when it gets the port, and each time it starts.
 *
 * @see <a href="https://docs.openvswitch.org/en/latest/faq/qos/">Open vSwitch: Quality of
 *     Service</a>
 */
record OvsRates(PodRates rates) {
  private static final String QOS = "linux-noop";
  private static final int KBIT = 1000;

  /** The row of a new port's QoS; null for none. */
  OvsPort.Qos qos(String port) {
    return rates.ingress() == null ? null : new OvsPort.Qos(QOS, QosIds.of(port, QOS));
  }

  /** What Open vSwitch is told, rounded up to its kbit. */
  OvsPort.Policing policing() {
    return rates.egress() == null
        ? OvsPort.Policing.NONE
        : new OvsPort.Policing(kbit(rates.egress().rate()), kbit(rates.egress().burstBytes()));
  }

  private static long kbit(long bytes) {
    return (bytes * Byte.SIZE + KBIT - 1) / KBIT;
  }

  /**
   * Fails if it cannot be on a bridge: a datapath of user space gets frames from the kernel before
   * any policing of the link does.
   *
   * @param code of the error
   */
  void require(OvsSnapshot ovs, String bridge, int code) {
    boolean isOfUserSpace =
        ovs.bridge(bridge).filter(row -> row.datapathType().equals("netdev")).isPresent();
    if (rates.egress() != null && isOfUserSpace) {
      throw new CniException(
          code,
          "what a pod sends cannot be limited on the bridge " + bridge,
          "egressRate takes Open vSwitch's datapath of the kernel, and it has that of user space");
    }
  }

  /** Plans what comes when ovs-vswitchd has the port. */
  void plan(PlanBuilder plan, AttachmentPlan pod, String port, HostSnapshot host) {
    if (rates.ingress() != null) {
      AttachmentPlan.add(plan, pod.limit(port, rates.ingressOnly(), host));
    }
    if (rates.egress() != null) {
      AttachmentPlan.add(plan, new RequirePolicing(port));
    }
  }

  /** Compares. */
  void check(AttachmentCheck check, LinkState port, OvsSnapshot.InterfaceRow row) {
    check.requireRates(port, rates.ingressOnly());
    check.require(
        row.policing().equals(policing()),
        port.name() + " has the policing " + row.policing() + ", not " + policing());
    check.require(
        rates.egress() == null || RequirePolicing.isThere(port.index()),
        port.name() + " has no policing in the kernel");
  }
}
