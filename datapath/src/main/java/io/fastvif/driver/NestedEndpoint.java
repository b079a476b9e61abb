package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.Optional;

/**
 * A device that a virtual machine has, for a container inside it.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param address the device's address as the virtual machine sees it
 */
public record NestedEndpoint(EndpointId id, Optional<MacAddress> mac, int mtu, PciAddress address)
    implements Endpoint {}
