package io.fastvif.vhostuser.protocol;

import static io.fastvif.vhostuser.protocol.Payload.CONFIGURATION;
import static io.fastvif.vhostuser.protocol.Payload.INFLIGHT;
import static io.fastvif.vhostuser.protocol.Payload.LOG;
import static io.fastvif.vhostuser.protocol.Payload.NONE;
import static io.fastvif.vhostuser.protocol.Payload.ONE_REGION;
import static io.fastvif.vhostuser.protocol.Payload.REGIONS;
import static io.fastvif.vhostuser.protocol.Payload.RING_ADDRESSES;
import static io.fastvif.vhostuser.protocol.Payload.RING_STATE;
import static io.fastvif.vhostuser.protocol.Payload.U64;
import static io.fastvif.vhostuser.protocol.RequestRow.carrying;

/** The requests that a frontend makes to a backend. */
public enum FrontendRequest implements Request {
  /** Which virtio features there are. */
  GET_FEATURES(1, carrying(NONE).reply(U64)),
  /** Which of them are used. */
  SET_FEATURES(2, carrying(U64).owns()),
  /** The session begins. */
  SET_OWNER(3, carrying(NONE).owns()),
  /** Deprecated: puts all rings out of use, as the specification recommends. */
  RESET_OWNER(4, carrying(NONE).owns()),
  /** All the guest's memory. */
  SET_MEM_TABLE(5, carrying(REGIONS).descriptors(0, 8).owns()),
  /** The dirty log. */
  SET_LOG_BASE(
      6, carrying(LOG).descriptors(1, 1).owns().reply(U64).needsOffered(ProtocolFeature.LOG_SHMFD)),
  /** What is written when the dirty log has changed. */
  SET_LOG_FD(7, carrying(NONE).descriptors(1, 1).owns()),
  /** How many descriptors a ring has. */
  SET_VRING_NUM(8, carrying(RING_STATE).owns()),
  /** Where a ring's parts are. */
  SET_VRING_ADDR(9, carrying(RING_ADDRESSES).owns()),
  /** Where a ring starts. */
  SET_VRING_BASE(10, carrying(RING_STATE).owns()),
  /** Stops a ring and returns where it stopped. */
  GET_VRING_BASE(11, carrying(RING_STATE).owns().reply(RING_STATE)),
  /** The descriptor by which the guest kicks; starts the ring. */
  SET_VRING_KICK(12, carrying(U64).descriptors(0, 1).owns()),
  /** The descriptor by which the guest is called (interrupted). */
  SET_VRING_CALL(13, carrying(U64).descriptors(0, 1).owns()),
  /** The descriptor by which the frontend learns that the ring is broken. */
  SET_VRING_ERR(14, carrying(U64).descriptors(0, 1).owns()),
  /** Which extensions of the protocol there are. */
  GET_PROTOCOL_FEATURES(15, carrying(NONE).reply(U64)),
  /** Which of them are used. */
  SET_PROTOCOL_FEATURES(16, carrying(U64)),
  /** How many queues there are; for a network device, pairs of them. */
  GET_QUEUE_NUM(17, carrying(NONE).reply(U64).needsOffered(ProtocolFeature.MQ)),
  /** Whether frames pass a ring. */
  SET_VRING_ENABLE(18, carrying(RING_STATE).owns()),
  /** Announces the guest after a migration. */
  SEND_RARP(19, carrying(U64).owns().needsOffered(ProtocolFeature.RARP)),
  /** The guest's MTU. */
  NET_SET_MTU(20, carrying(U64).owns().needsOffered(ProtocolFeature.MTU)),
  /** A socket for the backend's requests. */
  SET_BACKEND_REQ_FD(
      21, carrying(NONE).descriptors(1, 1).owns().needsOffered(ProtocolFeature.BACKEND_REQ)),
  /** An entry of the I/O address cache. */
  IOTLB_MSG(
      22,
      carrying(Payload.IOTLB).reply(U64).refused("there is no IOMMU: ACCESS_PLATFORM is not ours")),
  /** A ring's byte order. */
  SET_VRING_ENDIAN(
      23,
      carrying(RING_STATE)
          .needs(ProtocolFeature.CROSS_ENDIAN)
          .refused("rings are little-endian: VERSION_1 is")),
  /** Reads the configuration space. */
  GET_CONFIG(
      24,
      carrying(CONFIGURATION)
          .needs(ProtocolFeature.CONFIG)
          .reply(CONFIGURATION)
          .refused("the configuration is the frontend's")),
  /** Writes the configuration space. */
  SET_CONFIG(
      25,
      carrying(CONFIGURATION)
          .needs(ProtocolFeature.CONFIG)
          .refused("the configuration is the frontend's")),
  /** Begins a cipher session. */
  CREATE_CRYPTO_SESSION(
      26,
      carrying(Payload.CRYPTO_SESSION)
          .reply(Payload.CRYPTO_SESSION)
          .needs(ProtocolFeature.CRYPTO_SESSION)
          .refused("this is no cipher device")),
  /** Ends a cipher session. */
  CLOSE_CRYPTO_SESSION(
      27, carrying(U64).needs(ProtocolFeature.CRYPTO_SESSION).refused("this is no cipher device")),
  /** A postcopy migration is coming. */
  POSTCOPY_ADVISE(28, postcopy(NONE).reply(NONE)),
  /** It has begun. */
  POSTCOPY_LISTEN(29, postcopy(NONE)),
  /** It has ended. */
  POSTCOPY_END(30, postcopy(NONE).reply(U64)),
  /** Asks for memory to note what is under way. */
  GET_INFLIGHT_FD(
      31, carrying(INFLIGHT).owns().reply(INFLIGHT).needs(ProtocolFeature.INFLIGHT_SHMFD)),
  /** Gives that memory back. */
  SET_INFLIGHT_FD(
      32, carrying(INFLIGHT).descriptors(1, 1).owns().needs(ProtocolFeature.INFLIGHT_SHMFD)),
  /** A graphics protocol's socket. */
  GPU_SET_SOCKET(33, carrying(NONE).descriptors(1, 1).refused("this is no graphics device")),
  /** Resets the device. */
  RESET_DEVICE(34, carrying(NONE).owns().needsOffered(ProtocolFeature.RESET_DEVICE)),
  /** A kick as a message. */
  VRING_KICK(
      35,
      carrying(RING_STATE)
          .needs(ProtocolFeature.INBAND_NOTIFICATIONS)
          .refused("kicks come by eventfd")),
  /** How many regions there can be. */
  GET_MAX_MEM_SLOTS(36, carrying(NONE).reply(U64).needs(ProtocolFeature.CONFIGURE_MEM_SLOTS)),
  /** One more region. */
  ADD_MEM_REG(
      37, carrying(ONE_REGION).descriptors(1, 1).owns().needs(ProtocolFeature.CONFIGURE_MEM_SLOTS)),
  /** One region less; some send a descriptor along, which is closed. */
  REM_MEM_REG(
      38, carrying(ONE_REGION).descriptors(0, 1).owns().needs(ProtocolFeature.CONFIGURE_MEM_SLOTS)),
  /** The device's status. */
  SET_STATUS(39, carrying(U64).owns().needs(ProtocolFeature.STATUS)),
  /** Asks for the device's status. */
  GET_STATUS(40, carrying(NONE).reply(U64).needs(ProtocolFeature.STATUS)),
  /** Asks for a buffer that another device shares. */
  GET_SHARED_OBJECT(
      41,
      carrying(Payload.UUID)
          .reply(NONE)
          .needs(ProtocolFeature.SHARED_OBJECT)
          .refused("no buffers are shared among devices")),
  /** Moves the backend's own state. */
  SET_DEVICE_STATE_FD(
      42,
      carrying(Payload.DEVICE_STATE)
          .descriptors(1, 1)
          .reply(U64)
          .needs(ProtocolFeature.DEVICE_STATE)
          .refused("the backend has no state of its own")),
  /** Asks how that went. */
  CHECK_DEVICE_STATE(
      43,
      carrying(NONE)
          .reply(U64)
          .needs(ProtocolFeature.DEVICE_STATE)
          .refused("the backend has no state of its own")),
  /** Which regions of memory the device shares with its driver. */
  GET_SHMEM_CONFIG(
      44,
      carrying(NONE)
          .reply(Payload.SHARED_MEMORY)
          .needs(ProtocolFeature.SHMEM)
          .refused("a network device shares no memory of its own"));

  private static final FrontendRequest[] BY_ID = new FrontendRequest[values().length + 1];

  static {
    for (FrontendRequest request : values()) {
      BY_ID[request.id] = request;
    }
  }

  private final int id;

  @SuppressWarnings("ImmutableEnumChecker") // a row is not changed once it is written down
  private final RequestRow row;

  FrontendRequest(int id, RequestRow row) {
    this.id = id;
    this.row = row;
  }

  private static RequestRow postcopy(Payload payload) {
    return carrying(payload)
        .needs(ProtocolFeature.PAGEFAULT)
        .refused("postcopy migration is not supported: PAGEFAULT is not offered");
  }

  /**
   * The request of a number.
   *
   * @param id the header's first field
   * @return the request, or null if the specification has none of that number
   */
  public static FrontendRequest of(int id) {
    return id > 0 && id < BY_ID.length ? BY_ID[id] : null;
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
   * What follows it.
   *
   * @return whether there is a reply
   */
  public Answer answer() {
    return row.replyPayload == null ? Answer.NONE : Answer.REPLY;
  }

  /**
   * What its reply carries.
   *
   * @return the form, or null if it has no reply
   */
  public Payload replyPayload() {
    return row.replyPayload;
  }

  /**
   * Returns whether the request is allowed with these features.
   *
   * @param offered the protocol features that the backend offers
   * @param negotiated those that the frontend chose
   * @return true if it depends on no feature, or on one that is there
   */
  public boolean isAllowed(long offered, long negotiated) {
    return row.feature == null || row.feature.isIn(row.offeredIsEnough ? offered : negotiated);
  }

  /**
   * Returns whether it changes the device. Only one frontend at a time may make such requests.
   *
   * @return false for what a probe may ask while another frontend is connected
   */
  public boolean isOwners() {
    return row.owns;
  }
}
