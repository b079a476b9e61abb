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
   * What it carries.
   *
   * @return the form of its payload
   */
  Payload payload();

  /**
   * The fewest descriptors that it may carry.
   *
   * @return a count
   */
  int leastDescriptors();

  /**
   * The most descriptors that it may carry.
   *
   * @return a count
   */
  int mostDescriptors();

  /**
   * Which feature must have been negotiated.
   *
   * @return it, or null if none
   */
  ProtocolFeature feature();
}
