package io.fastvif.vhostuser.protocol;

/** A request of the specification, with its row of the request table. */
public sealed interface Request permits FrontendRequest, BackendRequest {

  /**
   * The request's number.
   *
   * @return the header's first field
   */
  int id();

  /**
   * Its name without VHOST_USER_.
   *
   * @return such as {@code GET_FEATURES}
   */
  String name();

  /**
   * What the table says of it.
   *
   * @return its row without the number
   */
  RequestRow row();

  /**
   * What it carries.
   *
   * @return the form of its payload
   */
  default Payload payload() {
    return row().payload;
  }

  /**
   * Returns the fewest file descriptors that it may carry.
   *
   * @return a count
   */
  default int minDescriptors() {
    return row().minDescriptors;
  }

  /**
   * Returns the most file descriptors that it may carry.
   *
   * @return a count
   */
  default int maxDescriptors() {
    return row().maxDescriptors;
  }

  /**
   * Returns the protocol feature that the request depends on.
   *
   * @return null if it depends on none
   */
  default ProtocolFeature feature() {
    return row().feature;
  }

  /**
   * Returns why our side refuses the request.
   *
   * @return the reason in words, or null if it is supported
   */
  default String refusal() {
    return row().refusal;
  }
}
