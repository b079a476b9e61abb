package io.fastvif.driver.file;

import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.PciDeviceEndpoint;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifHostDevice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * A network that a pool of virtual functions is on, each of which one endpoint has for itself.
 *
 * @param basics what every network has
 * @param addresses the virtual functions
 * @param claims who has which
 * @param vlan the VLAN that a hypervisor gives the function it takes
 */
record SriovNetwork(
    NetworkBasics basics, List<PciAddress> addresses, DeviceClaims claims, OptionalInt vlan)
    implements DescribedNetwork {
  static final String KIND = "sriov";

  static SriovNetwork read(NetworkBasics basics, Members members) {
    List<PciAddress> addresses = members.parsedList("addresses", PciAddress::parse);
    DeviceClaims claims = new DeviceClaims(members.folder("claims"));
    return new SriovNetwork(basics, addresses, claims, members.vlan("vlan"));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Set<EndpointType> types() {
    return Set.of(EndpointType.PCI_DEVICE, EndpointType.MACVTAP);
  }

  @Override
  public void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host)
      throws UnsuitedException {
    if (vlan.isPresent() && id.type() == EndpointType.MACVTAP) {
      throw new UnsuitedException("VLAN " + vlan.getAsInt() + " can be set for PCI devices only");
    }
  }

  @Override
  public Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host)
      throws UnsuitedException {
    DeviceClaims.Claim claim =
        claims.claim(addresses, id, device -> !isOthers(host, device, id.port()));
    return attachment(id, mac, claim.device(), claim.fresh());
  }

  /** Whether another VIF than the port's has the device, or nobody can say who. */
  private static boolean isOthers(HostSnapshot host, PciAddress device, UUID port) {
    if (host.devices().unreadableLeases().containsKey(device)) {
      return true;
    }
    return host.devices()
        .lease(device)
        .filter(lease -> !lease.holder().equals(port.toString()))
        .isPresent();
  }

  private Attachment attachment(EndpointId id, MacAddress mac, PciAddress address, boolean fresh) {
    if (id.type() == EndpointType.MACVTAP) {
      return PhysicalNetwork.macvtap(
          basics, id, mac, address, DirectMode.PASSTHROUGH, Optional.empty(), fresh);
    }
    VifHostDevice.Builder vif = DescribedNetwork.fill(VifHostDevice.builder(), id, mac, "hostdev");
    vif.devType(HostDeviceType.ETHERNET).devAddress(address).network(network());
    Optional<MacAddress> guest = Optional.ofNullable(mac);
    return new Attachment(
        vif.build(), false, fresh, new PciDeviceEndpoint(id, guest, basics.mtu(), address, vlan));
  }

  private Network network() {
    Network.Builder network = Network.builder().label(basics.name()).mtu(basics.mtu());
    vlan.ifPresent(network::vlan);
    return network.build();
  }

  @Override
  public Optional<Attachment> claimed(EndpointId id, HostSnapshot host) throws UnsuitedException {
    return claims.heldBy(id).map(address -> attachment(id, null, address, false));
  }

  @Override
  public void dispose(EndpointId id) throws UnsuitedException {
    claims.release(id);
  }
}
