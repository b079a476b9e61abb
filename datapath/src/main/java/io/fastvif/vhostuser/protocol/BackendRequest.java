package io.fastvif.vhostuser.protocol;

import static io.fastvif.vhostuser.protocol.RequestRow.carrying;

/**
 * The requests that a backend makes to a frontend, over the socket of SET_BACKEND_REQ_FD. With the
 * features that our backend offers it never needs one; our frontend refuses each of them, for the
 * reason given here.
 */
public enum BackendRequest implements Request {
  /** An address is missing in the cache, or may not be accessed. */
  IOTLB_MSG(1, carrying(Payload.IOTLB).refused("there is no IOMMU")),
  /** The configuration space has changed. */
  CONFIG_CHANGE_MSG(2, without(ProtocolFeature.CONFIG, Payload.NONE)),
  /** Where the guest may kick the device directly. */
  VRING_HOST_NOTIFIER_MSG(
      3, without(ProtocolFeature.HOST_NOTIFIER, Payload.RING_AREA).descriptors(0, 1)),
  /** A call as a message. */
  VRING_CALL(4, without(ProtocolFeature.INBAND_NOTIFICATIONS, Payload.RING_STATE)),
  /** An error as a message. */
  VRING_ERR(5, without(ProtocolFeature.INBAND_NOTIFICATIONS, Payload.RING_STATE)),
  /** Shares a buffer among devices. */
  SHARED_OBJECT_ADD(6, without(ProtocolFeature.SHARED_OBJECT, Payload.UUID)),
  /** Ends that. */
  SHARED_OBJECT_REMOVE(7, without(ProtocolFeature.SHARED_OBJECT, Payload.UUID)),
  /** Asks for such a buffer. */
  SHARED_OBJECT_LOOKUP(8, without(ProtocolFeature.SHARED_OBJECT, Payload.UUID).reply(Payload.U64)),
  /** Maps a file into memory that the device shares with its driver. */
  SHMEM_MAP(9, without(ProtocolFeature.SHMEM, Payload.MAPPING).descriptors(1, 1)),
  /** Ends that. */
  SHMEM_UNMAP(10, without(ProtocolFeature.SHMEM, Payload.MAPPING));

  private final int id;

  @SuppressWarnings("ImmutableEnumChecker") // a row is not changed once it is written down
  private final RequestRow row;

  BackendRequest(int id, RequestRow row) {
    this.id = id;
    this.row = row;
  }

  /** A request that needs a feature which our frontend never chooses. */
  private static RequestRow without(ProtocolFeature feature, Payload payload) {
    return carrying(payload).needs(feature).refused(feature + " was not negotiated");
  }

  /**
   * The request of a number.
   *
   * @param id the header's first field
   * @return the request, or null if the specification has none of that number
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
  public RequestRow row() {
    return row;
  }

  /**
   * Whether it is answered even if no acknowledgement is asked for.
   *
   * @return whether the specification gives it a reply
   */
  public boolean isAnswered() {
    return row.replyPayload != null;
  }
}
