package io.fastvif.cni;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plugin.PlanBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ptp}: a veth pair, and routes to the pod on the host's end of it, by the keys of the
 * reference plugin.
 *
 * @see <a href="https://www.cni.dev/plugins/current/main/ptp/">ptp</a>
 */
final class PtpAttachment implements PodAttachment {
  static final String NAME = "ptp";

  private final String ipam;
  private final boolean masquerade;

  private PtpAttachment(ConfigObject top, NetworkConfiguration network) {
    ipam = network.ipamType();
    masquerade = Addressing.readMasquerade(top);
    top.refuse("bridge", "isGateway", "isDefaultGateway", "forceAddress", "hairpinMode");
    top.refuse("promiscMode", "portIsolation", "macspoofchk");
    top.refuse(
        "vlan", "vlanTrunk", "preserveDefaultVlan", "disableContainerInterface", "enabledad");
    if (ipam.isEmpty()) {
      throw CniException.ofKey("ipam.type", "", "the name of a plugin: ptp needs addresses");
    }
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new PtpAttachment(top, network);
  }

  @Override
  public CniResult complete(CniResult given) {
    for (CniResult.Address ip : given.ips()) {
      if (ip.gateway() == null) {
        throw new CniException(
            CniException.IPAM_FAILED,
            ipam + " has given " + ip.cidr() + " no gateway, which ptp needs");
      }
    }
    return given;
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    String port = pod.freeName("veth", host);
    PlanBuilder plan = pod.begin(port, host);
    pod.addVeth(plan, port, LinkSettings.NONE);
    List<PluginStep> own = new ArrayList<>();
    if (pod.rates().limits()) {
      own.add(pod.limit(port, host));
    }
    own.add(pod.setUpPod(true));
    own.add(new RouteToPod(port, pod.addressing().ips()));
    EnsureRules rules = rules(pod.rules(), pod.id(), pod.addressing());
    if (rules.count() > 0) {
      own.add(rules);
    }
    own.add(EnableForwarding.of(pod.addressing()));
    AttachmentPlan.add(plan, new StepsTogether(own));
    return plan.plug();
  }

  @Override
  public boolean plansByArguments() {
    return true;
  }

  private EnsureRules rules(PodRules rules, AttachmentId id, CniResult addressing) {
    return new EnsureRules(
        rules,
        id.vifId(),
        masquerade ? addressing.ips().stream().map(CniResult.Address::cidr).toList() : List.of(),
        null,
        null);
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    return pod.vethLinks(plugged.name());
  }

  @Override
  public void check(AttachmentCheck check) {
    LinkState port = check.hostEnd();
    check.podEnd();
    check.requireRules(rules(check.rules(), check.id(), check.addressing()));
    check.requireRoutesBy(port);
    check.requireRates(port);
    EnableForwarding.of(check.addressing()).check(check);
  }

  @Override
  public boolean limitsRates() {
    return true;
  }
}
