package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import java.util.Optional;

/**
 * A persistent tap that is connected to its network already.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param device the tap's name
 */
public record TapEndpoint(EndpointId id, Optional<MacAddress> mac, int mtu, String device)
    implements Endpoint {}
