package io.fastvif.driver;

import java.util.function.Consumer;

/**
 * Puts endpoints of named networks in place on one host, and takes them away. Called from any
 * thread.
 */
public interface NetworkDriver {

  /**
   * Makes an endpoint, of the first acceptable type that the network can give. Asking again for a
   * port gives the same endpoint again.
   *
   * @param notes given, before this returns, what the caller should know although it is no failure,
   *     such as what a plugin left out, and why
   * @throws EndpointUnavailableException if the network can give none of them
   * @throws io.fastvif.vif.InvalidInputException if the driver knows no such network
   */
  Endpoint request(EndpointRequest request, Consumer<String> notes);

  /** As {@link #request(EndpointRequest, Consumer)}, for a caller who wants no notes. */
  default Endpoint request(EndpointRequest request) {
    return request(request, note -> {});
  }

  /**
   * Tears an endpoint down. The guest must have let go of it. One that is gone already is no error.
   *
   * @param id the endpoint's id, also one that was given before the driver was restarted
   * @param notes as those of a request, such as what was left on the host, and why
   * @throws EndpointReleaseException if it cannot be torn down
   * @throws io.fastvif.vif.InvalidInputException if the driver knows no such network
   */
  void release(EndpointId id, Consumer<String> notes);

  /** As {@link #release(EndpointId, Consumer)}, for a caller who wants no notes. */
  default void release(EndpointId id) {
    release(id, note -> {});
  }

  /** As {@link #release(EndpointId)}. */
  default void release(Endpoint endpoint) {
    release(endpoint.id());
  }
}
