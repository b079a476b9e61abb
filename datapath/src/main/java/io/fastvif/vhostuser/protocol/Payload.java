package io.fastvif.vhostuser.protocol;

/** The form of a message's payload, and how long it may be. */
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
  /** A cipher session, which is not decoded. */
  CRYPTO_SESSION(0, 1024),
  /** A 128-bit id. */
  UUID(16, 16),
  /** Direction and phase of a transfer. */
  DEVICE_STATE(8, 8),
  /** A count and the sizes of up to 256 regions that a device shares. */
  SHARED_MEMORY(8, 2056),
  /** A region's id, three 64-bit numbers for where and how much, and flags. */
  MAPPING(40, 40);

  /** The longest payload that is decoded, in bytes. */
  public static final int MAX_SIZE = 268;

  private final int minSize;
  private final int maxSize;

  Payload(int minSize, int maxSize) {
    this.minSize = minSize;
    this.maxSize = maxSize;
  }

  /**
   * Returns whether a payload may have that many bytes.
   *
   * @param size bytes, unsigned
   * @return whether the size is within {@link #minSize()} and {@link #maxSize()}
   */
  public boolean allows(int size) {
    return size >= minSize && size <= maxSize;
  }

  /**
   * Returns the smallest size allowed.
   *
   * @return bytes
   */
  public int minSize() {
    return minSize;
  }

  /**
   * Returns the largest size allowed.
   *
   * @return bytes
   */
  public int maxSize() {
    return maxSize;
  }
}
