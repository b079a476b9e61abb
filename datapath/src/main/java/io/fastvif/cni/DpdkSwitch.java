package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code ovs-dpdk}: a bridge of Open vSwitch with the userspace datapath and DPDK, whose ports
 * connect to the sockets that pods make ({@code dpdkvhostuserclient}), and again when either has
 * been away.
 *
 * @see <a href="https://docs.openvswitch.org/en/latest/topics/dpdk/vhost-user/">Open vSwitch: DPDK
 *     vHost User Ports</a>
 */
final class DpdkSwitch implements VhostUserSwitch {
  static final String NAME = "ovs-dpdk";

  private static final String BRIDGE = "host.bridge.bridgeName";
  private static final String DEFAULT_BRIDGE = "br-dpdk0";
  private static final String DATAPATH = "netdev";
  private static final String TYPE = "dpdkvhostuserclient";
  private static final String SOCKET = "vhost-server-path";

  private final String bridge;

  DpdkSwitch(UserspaceEnd host) {
    bridge = host.bridge().isEmpty() ? DEFAULT_BRIDGE : host.bridge();
    if (!AttachmentId.isLinkName(bridge)) {
      throw CniException.ofKey(BRIDGE, bridge, "the name of a bridge");
    }
    if (!host.netType().isEmpty() && !host.netType().equals("bridge")) {
      throw CniException.ofKey("host.netType", host.netType(), "bridge");
    }
    if (host.mode() == VhostUserMode.SERVER) {
      throw CniException.ofKey(
          "host.vhost.mode",
          host.mode().toString(),
          "client: Open vSwitch makes its own sockets outside the pod's folder, and makes them anew"
              + " when it starts again");
    }
  }

  @Override
  public VhostUserMode defaultMode() {
    return VhostUserMode.CLIENT;
  }

  @Override
  public boolean hasLinks() {
    return false;
  }

  @Override
  public boolean hasPort(HostSnapshot host, String vifId) {
    return OvsPorts.has(host, vifId);
  }

  @Override
  public HostSnapshot snapshot(VifHost host) {
    return OvsPorts.require(host);
  }

  @Override
  public void require(VifHost host) {
    HostSnapshot snapshot = snapshot(host);
    requireDatapath(snapshot);
    requireDpdk(snapshot, CniException.HOST_REFUSED);
  }

  private static void requireDpdk(HostSnapshot host, int code) {
    if (!host.ovs().hasInterfaceType(TYPE)) {
      throw new CniException(
          code,
          "ovs-vswitchd makes no ports of the type " + TYPE,
          "it is built without DPDK, or other_config:dpdk-init has not been true since it started");
    }
  }

  private void requireDatapath(HostSnapshot host) {
    otherDatapath(host)
        .ifPresent(
            other -> {
              throw InvalidInputException.ofValue(
                  BRIDGE, bridge, "has the datapath " + other, "a bridge with that of user space");
            });
  }

  /** What datapath the bridge has, where it is there with another. */
  private Optional<String> otherDatapath(HostSnapshot host) {
    return host.ovs()
        .bridge(bridge)
        .map(row -> row.datapathType().isEmpty() ? "system" : row.datapathType())
        .filter(type -> !type.equals(DATAPATH));
  }

  @Override
  public PodPort plug(AttachmentPlan pod, VhostUserEnd end, HostSnapshot host) {
    requireDatapath(host);
    AttachmentId id = pod.id();
    String name = pod.freeName("vhu", host);
    PlanBuilder plan = pod.begin(name, host);
    OvsPort port =
        new OvsPort(
            name,
            TYPE,
            Map.of(SOCKET, end.socket()),
            OvsPorts.externalIds(id, id.vifId(), pod.podMac()),
            end.mtu() == 0 ? OptionalInt.empty() : OptionalInt.of(end.mtu()),
            OvsPort.Creation.NONE);
    List<OvsChange> changes = new ArrayList<>();
    List<OvsChange> undo = new ArrayList<>();
    if (host.ovs().bridge(bridge).isEmpty()) {
      changes.add(new OvsChange.EnsureBridge(bridge, DATAPATH));
      undo.add(new OvsChange.TakeBackBridge(bridge));
    }
    changes.add(new OvsChange.AddPort(bridge, port, ""));
    undo.addFirst(new OvsChange.DeletePort(bridge, name, port.interfaceId(), id.vifId()));
    plan.add(PlannedStep.own(new OvsStep.ChangeOvs(changes), new OvsStep.ChangeOvs(undo)));
    plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of(name)), null));
    return new PodPort("", Map.of(), plan.plug());
  }

  /** A port of DPDK's is no link. */
  @Override
  public Optional<CniResult.Link> link(PlugPlan plugged, HostSnapshot host) {
    return Optional.of(new CniResult.Link(plugged.name(), null, 0, ""));
  }

  @Override
  public void check(AttachmentCheck check, VhostUserEnd end) {
    OvsSnapshot ovs = check.host().ovs();
    Optional<String> own = Optional.of(check.id().vifId());
    OvsSnapshot.InterfaceRow row =
        ovs.interfaces().stream()
            .filter(one -> one.markedVifId().equals(own))
            .findFirst()
            .orElseThrow(() -> check.differs("Open vSwitch has no port of it"));
    String name = row.name();
    String onBridge = ovs.portOf(row).map(OvsSnapshot.PortRow::bridge).orElse("");
    check.require(onBridge.equals(bridge), name + " is on the bridge \"" + onBridge + "\"");
    check.require(row.type().equals(TYPE), name + " has the type " + row.type());
    check.require(
        end.socket().equals(row.options().get(SOCKET)),
        name + " has another socket than " + end.socket());
    check.require(
        end.mtu() == 0 || row.mtuRequest().equals(OptionalInt.of(end.mtu())),
        name + " has another MTU");
    check.require(row.error().isEmpty(), name + ": ovs-vswitchd says: " + row.error());
    check.require(
        otherDatapath(check.host()).isEmpty(), bridge + " has not the datapath of user space");
  }

  @Override
  public void status(VifHost host, String network) {
    HostSnapshot snapshot = host.snapshotWithOvs();
    if (!snapshot.ovs().isKnown()) {
      throw new CniException(CniException.UNAVAILABLE, OvsPorts.away(host));
    }
    List<OvsSnapshot.InterfaceRow> cutOff =
        snapshot.ovs().interfaces().stream()
            .filter(row -> !row.error().isEmpty() && isOf(row, network))
            .toList();
    if (!cutOff.isEmpty()) {
      throw new CniException(
          CniException.LIMITED_CONNECTIVITY,
          cutOff.size() + " pods are cut off",
          cutOff.getFirst().name() + ": ovs-vswitchd says: " + cutOff.getFirst().error());
    }
    otherDatapath(snapshot)
        .ifPresent(
            other -> {
              throw new CniException(
                  CniException.UNAVAILABLE, "the bridge " + bridge + " has the datapath " + other);
            });
    requireDpdk(snapshot, CniException.UNAVAILABLE);
  }

  private static boolean isOf(OvsSnapshot.InterfaceRow row, String network) {
    return row.markedVifId()
        .flatMap(AttachmentId::ofVif)
        .filter(id -> id.network().equals(network))
        .isPresent();
  }
}
