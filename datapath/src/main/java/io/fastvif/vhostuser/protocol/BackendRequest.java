package io.fastvif.vhostuser.protocol;

/**
 * The requests that a backend makes to a frontend, over the socket of SET_BACKEND_REQ_FD. A network
 * backend has a reason for none of them with the features that ours offers; our frontend refuses
 * them all by the reason that stands here.
 */
public enum BackendRequest implements Request {
  /** An address is missing in the cache, or may not be accessed. */
  IOTLB_MSG(1, Payload.IOTLB, 0, 0, null, "there is no IOMMU"),
  /** The configuration space has changed. */
  CONFIG_CHANGE_MSG(2, Payload.NONE, 0, 0, ProtocolFeature.CONFIG, "CONFIG was not negotiated"),
  /** Where a guest may kick a device itself. */
  VRING_HOST_NOTIFIER_MSG(
      3,
      Payload.RING_AREA,
      0,
      1,
      ProtocolFeature.HOST_NOTIFIER,
      "HOST_NOTIFIER was not negotiated"),
  /** A call as a message. */
  VRING_CALL(
      4,
      Payload.RING_STATE,
      0,
      0,
      ProtocolFeature.INBAND_NOTIFICATIONS,
      "INBAND_NOTIFICATIONS was not negotiated"),
  /** An error as a message. */
  VRING_ERR(
      5,
      Payload.RING_STATE,
      0,
      0,
      ProtocolFeature.INBAND_NOTIFICATIONS,
      "INBAND_NOTIFICATIONS was not negotiated"),
  /** Shares a buffer among devices. */
  SHARED_OBJECT_ADD(
      6, Payload.UUID, 0, 0, ProtocolFeature.SHARED_OBJECT, "SHARED_OBJECT was not negotiated"),
  /** Ends that. */
  SHARED_OBJECT_REMOVE(
      7, Payload.UUID, 0, 0, ProtocolFeature.SHARED_OBJECT, "SHARED_OBJECT was not negotiated"),
  /** Asks for such a buffer. */
  SHARED_OBJECT_LOOKUP(
      8, Payload.UUID, 0, 0, ProtocolFeature.SHARED_OBJECT, "SHARED_OBJECT was not negotiated");

  private final int id;
  private final Payload payload;
  private final int leastDescriptors;
  private final int mostDescriptors;
  private final ProtocolFeature feature;
  private final String refusal;

  BackendRequest(
      int id,
      Payload payload,
      int leastDescriptors,
      int mostDescriptors,
      ProtocolFeature feature,
      String refusal) {
    this.id = id;
    this.payload = payload;
    this.leastDescriptors = leastDescriptors;
    this.mostDescriptors = mostDescriptors;
    this.feature = feature;
    this.refusal = refusal;
  }

  /**
   * The request of a number.
   *
   * @param id the header's first field
   * @return it, or null if there is none
   */
  public static BackendRequest of(int id) {
    for (BackendRequest request : values()) {
      if (request.id == id) {
        return request;
      }
    }
    return null;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public Payload payload() {
    return payload;
  }

  @Override
  public int leastDescriptors() {
    return leastDescriptors;
  }

  @Override
  public int mostDescriptors() {
    return mostDescriptors;
  }

  @Override
  public ProtocolFeature feature() {
    return feature;
  }

  /**
   * Why our frontend does not do it.
   *
   * @return the reason in words
   */
  public String refusal() {
    return refusal;
  }
}
