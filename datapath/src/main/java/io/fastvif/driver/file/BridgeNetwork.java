package io.fastvif.driver.file;

import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A network behind a bridge of the kernel.
 *
 * @param basics what every network has
 * @param bridge the bridge's name
 * @param provideBridge whether it is made where it is missing
 * @param uplink the host's device on it, empty for none
 * @param vlan the VLAN of the uplink that is joined in its place
 * @param createPort whether the port of a bridge endpoint is made too
 */
record BridgeNetwork(
    NetworkBasics basics,
    String bridge,
    boolean provideBridge,
    String uplink,
    OptionalInt vlan,
    boolean createPort)
    implements DescribedNetwork {
  static final String KIND = "bridge";
  private static final String PLUGIN = "linux_bridge";

  static BridgeNetwork read(NetworkBasics basics, Members members) {
    String bridge = members.device("bridge").orElseThrow(() -> members.missing("bridge"));
    boolean provide = members.flag("provide_bridge", true);
    Optional<String> uplink = members.device("uplink");
    OptionalInt vlan = members.vlan("vlan");
    if (uplink.isPresent() && !provide) {
      throw members.wrong("uplink", uplink.get(), "needs a provided bridge", "no uplink");
    }
    if (vlan.isPresent() && uplink.isEmpty()) {
      throw members.wrong("vlan", "" + vlan.getAsInt(), "needs an uplink", "no vlan");
    }
    boolean createPort = members.flag("create_port", false);
    return new BridgeNetwork(basics, bridge, provide, uplink.orElse(""), vlan, createPort);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Set<EndpointType> types() {
    return Set.of(EndpointType.BRIDGE, EndpointType.TAP);
  }

  private boolean makesPort(EndpointId id) {
    return createPort || id.type() == EndpointType.TAP;
  }

  @Override
  public void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host)
      throws UnsuitedException {
    if (constraints.multiqueue() && makesPort(id)) {
      throw new UnsuitedException("the plugin " + PLUGIN + " makes taps of one queue only");
    }
    Optional<LinkState> found = host.link(bridge);
    if (found.isEmpty() && !provideBridge) {
      throw new UnsuitedException(
          FailureKind.NOT_FOUND, "there is no bridge " + bridge + " on this host");
    }
    if (found.isPresent() && !found.get().kind().equals("bridge")) {
      throw new UnsuitedException("the device " + bridge + " is not a bridge");
    }
    if (!uplink.isEmpty() && host.link(uplink).isEmpty()) {
      throw new UnsuitedException(
          FailureKind.NOT_FOUND, "there is no uplink " + uplink + " on this host");
    }
    String device = DescribedNetwork.device(id.port());
    for (LinkState own : host.linksOf(id.port().toString())) {
      boolean sameBridge = found.isPresent() && own.master() == found.get().index();
      if (!sameBridge || !own.name().equals(device) || !makesPort(id)) {
        throw new UnsuitedException(
            "the port has another endpoint, " + own.name() + ", which is to be released first");
      }
    }
  }

  @Override
  public Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host) {
    String device = DescribedNetwork.device(id.port());
    Network.Builder network =
        Network.builder()
            .bridge(bridge)
            .label(basics.name())
            .mtu(basics.mtu())
            .bridgeInterface(uplink)
            .shouldProvideBridge(provideBridge);
    if (vlan.isPresent()) {
      network.shouldProvideVlan(true).vlan(vlan.getAsInt());
    }
    VifBridge.Builder vif = DescribedNetwork.fill(VifBridge.builder(), id, mac, PLUGIN);
    // What a network of the file filters, and where, is not for this driver to say.
    vif.vifName(device).bridgeName(bridge).hasTrafficFiltering(true).network(network.build());
    Optional<MacAddress> guest = Optional.ofNullable(mac);
    Endpoint endpoint =
        id.type() == EndpointType.TAP
            ? new TapEndpoint(id, guest, basics.mtu(), device)
            : new BridgeEndpoint(
                id, guest, basics.mtu(), bridge, BridgeKind.LINUX, device, createPort);
    return new Attachment(vif.build(), makesPort(id), false, endpoint);
  }

  @Override
  public Optional<Attachment> claimed(EndpointId id, HostSnapshot host) {
    int index = host.link(bridge).map(LinkState::index).orElse(0);
    boolean onOther =
        host.linksOf(id.port().toString()).stream()
                .anyMatch(own -> own.master() != 0 && own.master() != index)
            || host.ovs().port(DescribedNetwork.device(id.port())).isPresent();
    return makesPort(id) && !onOther ? Optional.of(claim(id, null, host)) : Optional.empty();
  }

  @Override
  public void dispose(EndpointId id) {}
}
