package io.fastvif.driver.file;

import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.Optional;
import java.util.Set;

/**
 * A network behind a bridge of Open vSwitch. The hypervisor makes the port of a bridge endpoint;
 * that of a tap endpoint is made by the plugin.
 *
 * @param basics what every network has
 * @param bridge the bridge's name
 * @param datapathType what the bridge's frames pass through
 */
record OvsNetwork(NetworkBasics basics, String bridge, String datapathType)
    implements DescribedNetwork {
  static final String KIND = "ovs";
  private static final String KERNEL = "system";
  private static final String USERSPACE = "netdev";

  static OvsNetwork read(NetworkBasics basics, Members members) {
    String bridge = members.device("bridge").orElseThrow(() -> members.missing("bridge"));
    String datapathType = members.text("datapath_type").orElse(KERNEL);
    if (!Set.of(KERNEL, USERSPACE).contains(datapathType)) {
      throw members.wrong(
          "datapath_type", datapathType, "is not known here", KERNEL + " or " + USERSPACE);
    }
    return new OvsNetwork(basics, bridge, datapathType);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Set<EndpointType> types() {
    return Set.of(EndpointType.BRIDGE, EndpointType.TAP);
  }

  @Override
  public void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host)
      throws UnsuitedException {
    if (constraints.multiqueue() && id.type() == EndpointType.TAP) {
      throw new UnsuitedException("taps on this network are made with one queue");
    }
    String device = DescribedNetwork.device(id.port());
    if (isOnOther(device, host)) {
      throw new UnsuitedException(
          FailureKind.EXISTS,
          "the port has another endpoint, " + device + ", which is to be released first");
    }
    if (isStrangers(id, device, host)) {
      throw new UnsuitedException(
          FailureKind.EXISTS, "there is a device " + device + " of somebody else's");
    }
  }

  /** Whether a device stands where the port's tap would, which fastvif did not make for it. */
  private static boolean isStrangers(EndpointId id, String device, HostSnapshot host) {
    String alias = Aliases.of(id.port().toString());
    return id.type() == EndpointType.TAP
        && host.link(device).filter(link -> !link.alias().equals(alias)).isPresent();
  }

  /** Whether the port's device is on another bridge, of whatever kind. */
  private boolean isOnOther(String device, HostSnapshot host) {
    Optional<LinkState> master = host.link(device).flatMap(link -> host.link(link.master()));
    return master.filter(link -> link.kind().equals("bridge")).isPresent()
        || host.ovs().port(device).filter(port -> !port.bridge().equals(bridge)).isPresent();
  }

  @Override
  public Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host) {
    boolean tap = id.type() == EndpointType.TAP;
    String device = DescribedNetwork.device(id.port());
    VifOpenVSwitch.Builder vif = DescribedNetwork.fill(VifOpenVSwitch.builder(), id, mac, "ovs");
    vif.vifName(device)
        .bridgeName(bridge)
        .network(Network.builder().bridge(bridge).label(basics.name()).mtu(basics.mtu()).build())
        .portProfile(
            PortProfileOpenVSwitch.builder()
                .interfaceId(id.port().toString())
                .datapathType(datapathType)
                .createPort(tap)
                .createTap(tap)
                .multiqueue(false)
                .build());
    Optional<MacAddress> guest = Optional.ofNullable(mac);
    Endpoint endpoint =
        tap
            ? new TapEndpoint(id, guest, basics.mtu(), device)
            : new BridgeEndpoint(
                id, guest, basics.mtu(), bridge, BridgeKind.OPEN_VSWITCH, device, false);
    return new Attachment(vif.build(), false, false, endpoint);
  }

  @Override
  public Optional<Attachment> claimed(EndpointId id, HostSnapshot host) {
    String device = DescribedNetwork.device(id.port());
    return isOnOther(device, host) || isStrangers(id, device, host)
        ? Optional.empty()
        : Optional.of(claim(id, null, host));
  }

  @Override
  public void dispose(EndpointId id) {}
}
