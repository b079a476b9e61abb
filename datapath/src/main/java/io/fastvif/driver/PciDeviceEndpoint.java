package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A PCI device that the guest gets for itself.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param address the device's address
 * @param vlan the VLAN that the device is given, by the driver and perhaps again by the hypervisor
 *     as it takes it
 */
public record PciDeviceEndpoint(
    EndpointId id, Optional<MacAddress> mac, int mtu, PciAddress address, OptionalInt vlan)
    implements Endpoint {}
