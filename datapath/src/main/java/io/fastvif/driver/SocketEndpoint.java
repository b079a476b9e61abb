package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.VhostUserMode;
import java.util.Optional;

/**
 * A vhost-user socket.
 *
 * @param id its identity
 * @param mac the guest's MAC address, if the request gave it
 * @param mtu the network's MTU in bytes
 * @param path the socket's path
 * @param mode which end the hypervisor is: the server makes the socket
 */
public record SocketEndpoint(
    EndpointId id, Optional<MacAddress> mac, int mtu, String path, VhostUserMode mode)
    implements Endpoint {}
