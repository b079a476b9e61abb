package io.fastvif.driver;

/**
 * Puts endpoints of named networks in place on one host, and takes them away. Called from any
 * thread.
 */
public interface NetworkDriver {

  /**
   * Makes an endpoint, of the first acceptable type that the network can give. Asking again for a
   * port gives the same endpoint again.
   *
   * @throws EndpointUnavailableException if the network can give none of them
   * @throws io.fastvif.vif.InvalidInputException if the driver knows no such network
   */
  Endpoint request(EndpointRequest request);

  /**
   * Tears an endpoint down. The guest must have let go of it. One that is gone already is no error.
   *
   * @param id the endpoint's id, also one that was given before the driver was restarted
   * @throws EndpointReleaseException if it cannot be torn down
   * @throws io.fastvif.vif.InvalidInputException if the driver knows no such network
   */
  void release(EndpointId id);

  /** As {@link #release(EndpointId)}. */
  default void release(Endpoint endpoint) {
    release(endpoint.id());
  }
}
