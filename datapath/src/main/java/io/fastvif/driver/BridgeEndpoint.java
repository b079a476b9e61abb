package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import java.util.Optional;

/**
 * A bridge that the guest is to have a port on.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param bridge the bridge's name
 * @param kind what sort of bridge it is
 * @param device the name of the guest's port
 * @param deviceExists whether the port is there already, as a persistent tap on the bridge; if not,
 *     the hypervisor makes it, and takes it away
 */
public record BridgeEndpoint(
    EndpointId id,
    Optional<MacAddress> mac,
    int mtu,
    String bridge,
    BridgeKind kind,
    String device,
    boolean deviceExists)
    implements Endpoint {}
