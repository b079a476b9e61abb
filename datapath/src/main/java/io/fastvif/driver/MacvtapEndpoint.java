package io.fastvif.driver;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.Optional;

/**
 * A macvtap on a device of the host.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param device the macvtap's name
 * @param source the PCI address of the device that it is on
 * @param mode how it passes frames on
 */
public record MacvtapEndpoint(
    EndpointId id,
    Optional<MacAddress> mac,
    int mtu,
    String device,
    PciAddress source,
    DirectMode mode)
    implements Endpoint {}
