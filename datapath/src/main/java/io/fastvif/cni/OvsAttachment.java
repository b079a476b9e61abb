package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.VfSettings;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code ovs}: a veth pair whose host's end is a port of a bridge of Open vSwitch, by the keys of
 * ovs-cni and with os-vif's external_ids; or a virtual function of a card in switchdev mode, whose
 * representor is the port. The port comes with all its settings in one transaction, and the pod is
 * set up when ovs-vswitchd has it, so that its announcement is heard.
 *
 * @see <a
 *     href="https://github.com/k8snetworkplumbingwg/ovs-cni/blob/main/docs/cni-plugin.md">ovs-cni</a>
 */
final class OvsAttachment implements PodAttachment {
  static final String NAME = "ovs";

  private final NetworkConfiguration network;
  private final OvsKeys keys;
  private final DeviceInfo info;

  private OvsAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    keys = OvsKeys.read(top, network);
    info = DeviceInfo.read(network.runtime());
    if (info.isWanted() && keys.function() == null) {
      throw CniException.ofKey(
          "runtimeConfig.CNIDeviceInfoFile", info.file(), "a " + SriovKeys.DEVICE_ID);
    }
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new OvsAttachment(top, network);
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
    OvsSnapshot ovs = snapshot(host).ovs();
    if (ovs.bridge(keys.bridge()).isEmpty()) {
      throw new CniException(
          CniException.HOST_REFUSED, "Open vSwitch has no bridge " + keys.bridge());
    }
    rates().require(ovs, keys.bridge(), CniException.HOST_REFUSED);
    if (keys.function() != null) {
      representor(host.snapshot());
    }
  }

  private OvsRates rates() {
    return new OvsRates(network.rates());
  }

  /** A function's frames need not pass by its representor. */
  @Override
  public boolean limitsRates() {
    return keys.function() == null;
  }

  @Override
  public boolean takesDevices() {
    return keys.function() != null;
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    if (keys.function() != null) {
      return plugFunction(pod, host);
    }
    String name = pod.freeName("veth", host);
    PlanBuilder plan = pod.begin(name, host);
    plan.switchedPort(pod.veth(name), LinkSettings.NONE);
    addPort(plan, pod.id(), name, pod.podMac());
    rates().plan(plan, pod, name, host);
    pod.addPod(plan, false);
    return plan.plug();
  }

  /** The port is what stands for the function on the host. */
  private PlugPlan plugFunction(AttachmentPlan pod, HostSnapshot host) {
    LinkState representor = representor(host);
    PlanBuilder plan = pod.begin(representor.name(), host);
    PodFunction function = PodFunction.lease(plan, pod, keys.function(), representor);
    function.set(VfSettings.of(0).withAddress(keys.mac()));
    LinkSettings settings = LinkSettings.NONE.withUp(true);
    plan.change(
        representor, pod.wantedMtu() == 0 ? settings : settings.withMtu(pod.wantedMtu()), false);
    addPort(plan, pod.id(), representor.name(), keys.mac() == null ? function.mac() : keys.mac());
    info.write(plan, pod, info(host, representor));
    function.move(keys.mac());
    return plan.plug();
  }

  /** What an application in the pod is told that drives the function itself. */
  private String info(HostSnapshot host, LinkState representor) {
    PciAddress physical = PodFunction.find(host, keys.function()).physicalFunction();
    return DeviceInfo.ofPci(keys.function(), physical, representor.name());
  }

  private LinkState representor(HostSnapshot host) {
    return PodFunction.representor(host, PodFunction.find(host, keys.function()));
  }

  private void addPort(PlanBuilder plan, AttachmentId id, String name, MacAddress mac) {
    String vifId = id.vifId();
    OvsPort port =
        new OvsPort(
            name,
            "",
            Map.of(),
            OvsPorts.externalIds(id, interfaceId(id), mac),
            OptionalInt.empty(),
            new OvsPort.Creation(
                keys.tag(), false, rates().qos(name), keys.trunks(), rates().policing()));
    OvsChange.AddPort add = new OvsChange.AddPort(keys.bridge(), port, "");
    OvsChange.DeletePort delete =
        new OvsChange.DeletePort(keys.bridge(), name, port.interfaceId(), vifId);
    plan.add(
        PlannedStep.own(
            new OvsStep.ChangeOvs(List.of(add)), new OvsStep.ChangeOvs(List.of(delete))));
    plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of(name)), null));
  }

  /** Without a logical port of OVN's the VIF's own id is what a controller finds the pod by. */
  private String interfaceId(AttachmentId id) {
    return keys.interfaceId().isEmpty() ? id.vifId() : keys.interfaceId();
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    if (keys.function() == null) {
      return pod.vethLinks(plugged.name());
    }
    LinkState port = representor(host);
    return List.of(
        new CniResult.Link(port.name(), port.address(), port.mtu(), ""),
        PodFunction.link(pod, host, keys.function(), keys.mac()));
  }

  @Override
  public void check(AttachmentCheck check) {
    LinkState link = hostEnd(check);
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
    OvsSnapshot.InterfaceRow row =
        ovs.networkInterface(name)
            .orElseThrow(() -> check.differs("Open vSwitch has no interface " + name));
    OvsPorts.externalIds(check.id(), interfaceId(check.id()), podMac(check, row))
        .forEach(
            (key, value) ->
                check.require(
                    value.equals(row.externalIds().get(key)),
                    name + ": external_ids:" + key + " is not " + value));
    check.require(row.error().isEmpty(), name + ": ovs-vswitchd says: " + row.error());
    rates().check(check, link, row);
  }

  private LinkState hostEnd(AttachmentCheck check) {
    if (keys.function() == null) {
      return check.hostEnd();
    }
    LinkState representor = representor(check.host());
    check.requireHostEnd(representor);
    info.check(check, info(check.host(), representor));
    return representor;
  }

  /** What the pod's end has; of a function that a program drives, nobody else knows it. */
  private MacAddress podMac(AttachmentCheck check, OvsSnapshot.InterfaceRow row) {
    if (keys.function() != null) {
      PodFunction.check(check, keys.function(), VfSettings.of(0).withAddress(keys.mac()));
      if (HostDeviceAttachment.isInUserSpace(check.host(), keys.function())) {
        String told = row.externalIds().getOrDefault(OvsPorts.ATTACHED_MAC, "");
        return told.isEmpty() ? null : MacAddress.parse(told);
      }
    }
    return check.podEnd();
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
    rates().require(ovs, keys.bridge(), CniException.UNAVAILABLE);
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
