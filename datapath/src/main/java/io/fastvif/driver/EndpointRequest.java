package io.fastvif.driver;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Asks for an endpoint.
 *
 * @param network the network's name
 * @param port the port's id, by which the endpoint is known on the host: one port has one endpoint
 *     on a host
 * @param instance the id of the instance that the port is for
 * @param mac the guest's MAC address; empty if the hypervisor makes one up
 * @param acceptable what the hypervisor can take, what it likes best first
 * @param constraints what it says of the guest
 */
public record EndpointRequest(
    String network,
    UUID port,
    Optional<UUID> instance,
    Optional<MacAddress> mac,
    List<EndpointType> acceptable,
    EndpointConstraints constraints) {
  /**
   * Checks and copies.
   *
   * @throws InvalidInputException if the name cannot be that of a network, or no type is
   *     acceptable, or one comes twice
   */
  public EndpointRequest {
    EndpointId.checkNetwork(network);
    Objects.requireNonNull(port);
    Objects.requireNonNull(instance);
    Objects.requireNonNull(mac);
    Objects.requireNonNull(constraints);
    acceptable = List.copyOf(acceptable);
    if (acceptable.isEmpty()) {
      throw InvalidInputException.of("acceptable", "is empty", "at least one endpoint type");
    }
    if (EnumSet.copyOf(acceptable).size() < acceptable.size()) {
      throw InvalidInputException.ofValue(
          "acceptable", acceptable.toString(), "names a type twice", "each type once");
    }
  }

  /** A request without instance, MAC address and constraints. */
  public static EndpointRequest of(String network, UUID port, EndpointType... acceptable) {
    return new EndpointRequest(
        network,
        port,
        Optional.empty(),
        Optional.empty(),
        List.of(acceptable),
        EndpointConstraints.NONE);
  }

  /** A copy for an instance. */
  public EndpointRequest withInstance(UUID id) {
    return new EndpointRequest(network, port, Optional.of(id), mac, acceptable, constraints);
  }

  /** A copy with the guest's MAC address. */
  public EndpointRequest withMac(MacAddress address) {
    return new EndpointRequest(
        network, port, instance, Optional.of(address), acceptable, constraints);
  }

  /** A copy with constraints. */
  public EndpointRequest withConstraints(EndpointConstraints given) {
    return new EndpointRequest(network, port, instance, mac, acceptable, given);
  }
}
