package io.fastvif.vhostuser.protocol;

/** What a message carries behind its header, with the bytes that it takes. */
public enum Payload {
  /** Nothing. */
  NONE(0, 0),
  /** A 64-bit number. */
  U64(8, 8),
  /** A ring's index and a number, 32 bits each. */
  RING_STATE(8, 8),
  /** A ring's index and flags, and four addresses. */
  RING_ADDRESSES(40, 40),
  /** A count and up to eight regions of 32 bytes. */
  REGIONS(8, 264),
  /** 64 bits of padding and a region. */
  ONE_REGION(40, 40),
  /** Size and offset of a dirty log. */
  LOG(16, 16),
  /** {@code struct vhost_iotlb_msg}. */
  IOTLB(32, 32),
  /** Offset, size and flags, and up to 256 bytes of the configuration space. */
  CONFIGURATION(12, 268),
  /** A ring's index with flags, size and offset. */
  RING_AREA(24, 24),
  /** Size and offset, queues and their size; some send the structure's padding too. */
  INFLIGHT(20, 24),
  /** A cipher session, which is not looked into. */
  CRYPTO_SESSION(0, 1024),
  /** A 128-bit id. */
  UUID(16, 16),
  /** Direction and phase of a transfer. */
  DEVICE_STATE(8, 8),
  /** A count and the sizes of up to 256 regions that a device shares. */
  SHARED_MEMORY(8, 2056),
  /** A region's id, three 64-bit numbers for where and how much, and flags. */
  MAPPING(40, 40);

  /** The longest of those that are looked into. */
  public static final int MOST = 268;

  private final int least;
  private final int most;

  Payload(int least, int most) {
    this.least = least;
    this.most = most;
  }

  /**
   * Whether it may have so many bytes.
   *
   * @param size bytes, unsigned
   * @return whether that is neither too many nor too few
   */
  public boolean allows(int size) {
    return size >= least && size <= most;
  }

  /**
   * The fewest bytes that it may have.
   *
   * @return bytes
   */
  public int least() {
    return least;
  }

  /**
   * The most bytes that it may have.
   *
   * @return bytes
   */
  public int most() {
    return most;
  }
}
