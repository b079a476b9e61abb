package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsMarks;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code ovs}: a veth pair whose host's end is a port of a bridge of Open vSwitch, by the keys of
 * ovs-cni and with os-vif's external_ids. The port comes with all its settings in one transaction,
 * and the pod is set up when ovs-vswitchd has it, so that its announcement is heard.
 *
 * @see <a
 *     href="https://github.com/k8snetworkplumbingwg/ovs-cni/blob/main/docs/cni-plugin.md">ovs-cni</a>
 */
final class OvsAttachment implements PodAttachment {
  static final String NAME = "ovs";

  private final OvsKeys keys;

  private OvsAttachment(OvsKeys keys) {
    this.keys = keys;
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new OvsAttachment(OvsKeys.read(top, network));
  }

  @Override
  public HostSnapshot snapshot(VifHost host) {
    String connected = host.configuration().ovs().servers().toString();
    String wanted = keys.socket();
    boolean isThere =
        wanted.isEmpty() || wanted.equals(connected) || connected.equals("unix:" + wanted);
    if (!isThere) {
      throw CniException.ofKey(
          "socket_file", wanted, connected + ", as the option ovs.ovsdb_connection says");
    }
    return OvsPorts.require(host);
  }

  @Override
  public void require(VifHost host) {
    if (snapshot(host).ovs().bridge(keys.bridge()).isEmpty()) {
      throw new CniException(
          CniException.HOST_REFUSED, "Open vSwitch has no bridge " + keys.bridge());
    }
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    String name = pod.freeName("veth", host);
    PlanBuilder plan = pod.begin(name, host);
    plan.switchedPort(pod.veth(name), LinkSettings.NONE);
    String vifId = pod.id().vifId();
    OvsPort port =
        new OvsPort(
            name,
            "",
            Map.of(),
            externalIds(pod.id(), pod.podMac().toString()),
            OptionalInt.empty(),
            new OvsPort.Creation(keys.tag(), false, null, keys.trunks()));
    OvsChange.AddPort add = new OvsChange.AddPort(keys.bridge(), port, "");
    OvsChange.DeletePort delete =
        new OvsChange.DeletePort(keys.bridge(), name, port.interfaceId(), vifId);
    plan.add(
        PlannedStep.own(
            new OvsStep.ChangeOvs(List.of(add)), new OvsStep.ChangeOvs(List.of(delete))));
    plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of(name)), null));
    pod.addPod(plan, false);
    return plan.plug();
  }

  /** Without a logical port of OVN's the VIF's own id is what a controller finds the pod by. */
  private Map<String, String> externalIds(AttachmentId id, String mac) {
    Map<String, String> ids = new LinkedHashMap<>();
    ids.put("iface-id", keys.interfaceId().isEmpty() ? id.vifId() : keys.interfaceId());
    ids.put("iface-status", "active");
    ids.put("attached-mac", mac);
    ids.put("vm-uuid", id.containerId());
    return OvsMarks.with(id.vifId(), ids);
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    return pod.vethLinks(plugged.name());
  }

  @Override
  public void check(AttachmentCheck check) {
    LinkState link = check.hostEnd();
    OvsSnapshot ovs = check.host().ovs();
    String name = link.name();
    OvsSnapshot.PortRow port =
        ovs.port(name).orElseThrow(() -> check.differs("Open vSwitch has no port " + name));
    check.require(
        port.bridge().equals(keys.bridge()),
        name + " is on the bridge " + port.bridge() + ", not on " + keys.bridge());
    check.require(port.tag().equals(keys.tag()), name + " has another tag");
    check.require(port.trunks().equals(Set.copyOf(keys.trunks())), name + " has other trunks");
    check.require(
        keys.trunks().isEmpty() ? port.vlanMode().isEmpty() : port.vlanMode().equals("trunk"),
        name + " has the vlan_mode \"" + port.vlanMode() + "\"");
    String mac = check.podEnd().toString();
    OvsSnapshot.InterfaceRow row =
        ovs.networkInterface(name)
            .orElseThrow(() -> check.differs("Open vSwitch has no interface " + name));
    externalIds(check.id(), mac)
        .forEach(
            (key, value) ->
                check.require(
                    value.equals(row.externalIds().get(key)),
                    name + ": external_ids:" + key + " is not " + value));
    check.require(row.error().isEmpty(), name + ": ovs-vswitchd says: " + row.error());
  }

  @Override
  public void status(VifHost host, String network) {
    HostSnapshot snapshot = host.snapshotWithOvs();
    OvsSnapshot ovs = snapshot.ovs();
    if (!ovs.isKnown()) {
      throw new CniException(CniException.UNAVAILABLE, OvsPorts.away(host));
    }
    long cutOff = snapshot.links().stream().filter(link -> isCutOff(link, network, ovs)).count();
    boolean isThere = ovs.bridge(keys.bridge()).isPresent();
    if (cutOff > 0) {
      throw new CniException(
          CniException.LIMITED_CONNECTIVITY,
          cutOff
              + " pods are cut off: "
              + (isThere
                  ? "they are no ports of the bridge " + keys.bridge()
                  : "Open vSwitch has no bridge " + keys.bridge()));
    }
    if (!isThere) {
      throw new CniException(
          CniException.UNAVAILABLE, "Open vSwitch has no bridge " + keys.bridge());
    }
    if (snapshot.link(keys.bridge()).isEmpty()) {
      throw new CniException(
          CniException.UNAVAILABLE,
          "the bridge " + keys.bridge() + " is no link here: ovs-vswitchd has not made it");
    }
  }

  private boolean isCutOff(LinkState link, String network, OvsSnapshot ovs) {
    return !link.isUnfinished()
        && Aliases.vifId(link.alias())
            .flatMap(AttachmentId::ofVif)
            .filter(id -> id.network().equals(network))
            .isPresent()
        && ovs.port(link.name()).filter(port -> port.bridge().equals(keys.bridge())).isEmpty();
  }
}
