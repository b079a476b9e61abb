package io.fastvif.driver.file;

import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.MacvtapEndpoint;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifDirect;
import java.util.Optional;
import java.util.Set;

/**
 * A network that a device of the host is on, which its endpoints share as macvtaps.
 *
 * @param basics what every network has
 * @param address the device
 * @param mode how the macvtaps pass frames on
 * @param vlanDevice the device of the VLAN on it that takes its place
 */
record PhysicalNetwork(
    NetworkBasics basics, PciAddress address, DirectMode mode, Optional<String> vlanDevice)
    implements DescribedNetwork {
  static final String KIND = "physical";
  static final String PLUGIN = "direct";

  static PhysicalNetwork read(NetworkBasics basics, Members members) {
    PciAddress address = members.parsed("address", PciAddress::parse);
    DirectMode mode = members.parsed("mode", DirectMode::parse);
    if (mode == DirectMode.PASSTHROUGH) {
      throw members.wrong("mode", mode.toString(), "is for one guest only", "vepa or bridge");
    }
    return new PhysicalNetwork(basics, address, mode, members.device("vlan_device"));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Set<EndpointType> types() {
    return Set.of(EndpointType.MACVTAP);
  }

  @Override
  public void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host) {}

  @Override
  public Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host) {
    return macvtap(basics, id, mac, address, mode, vlanDevice, false);
  }

  static Attachment macvtap(
      NetworkBasics basics,
      EndpointId id,
      MacAddress mac,
      PciAddress source,
      DirectMode mode,
      Optional<String> vlanDevice,
      boolean fresh) {
    String device = DescribedNetwork.device(id.port());
    VifDirect.Builder vif = DescribedNetwork.fill(VifDirect.builder(), id, mac, PLUGIN);
    vif.vifName(device)
        .devAddress(source)
        .mode(mode)
        .network(Network.builder().label(basics.name()).mtu(basics.mtu()).build());
    vlanDevice.ifPresent(vif::vlanName);
    Optional<MacAddress> guest = Optional.ofNullable(mac);
    return new Attachment(
        vif.build(),
        false,
        fresh,
        new MacvtapEndpoint(id, guest, basics.mtu(), device, source, mode));
  }

  @Override
  public Optional<Attachment> claimed(EndpointId id, HostSnapshot host) {
    return Optional.of(claim(id, null, host));
  }

  @Override
  public void dispose(EndpointId id) {}
}
