package io.fastvif.vhostuser.protocol;

/** A row of one of the tables of requests. */
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
   * The fewest descriptors that it may carry.
   *
   * @return a count
   */
  default int leastDescriptors() {
    return row().leastDescriptors;
  }

  /**
   * The most descriptors that it may carry.
   *
   * @return a count
   */
  default int mostDescriptors() {
    return row().mostDescriptors;
  }

  /**
   * Which feature must have been negotiated.
   *
   * @return it, or null if none
   */
  default ProtocolFeature feature() {
    return row().feature;
  }

  /**
   * Why our side does not do it.
   *
   * @return the reason in words, or null if it does
   */
  default String refusal() {
    return row().refusal;
  }
}
