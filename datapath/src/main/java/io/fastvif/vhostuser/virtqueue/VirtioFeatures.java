package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.*;

/** Feature bits that change how a ring is read or written, as masks (linux/virtio_config.h). */
public final class VirtioFeatures {
  /** Descriptors may name a table of descriptors. */
  public static final long INDIRECT_DESC = 1L << VIRTIO_RING_F_INDIRECT_DESC;

  /** Each side says from which index on it wants to be notified. */
  public static final long EVENT_IDX = 1L << VIRTIO_RING_F_EVENT_IDX;

  /** The device conforms to virtio 1: little-endian, the longer network header. */
  public static final long VERSION_1 = 1L << VIRTIO_F_VERSION_1;

  /** The packed layout instead of the split one. */
  public static final long RING_PACKED = 1L << VIRTIO_F_RING_PACKED;

  /** Buffers are used in the order in which they were made available. */
  public static final long IN_ORDER = 1L << VIRTIO_F_IN_ORDER;

  /** The header need not have a descriptor of its own. */
  public static final long ANY_LAYOUT = 1L << VIRTIO_F_ANY_LAYOUT;

  /** A single ring can be reset and started anew. */
  public static final long RING_RESET = 1L << VIRTIO_F_RING_RESET;

  /** Every write into the guest's memory is noted in the dirty-page log (vhost). */
  public static final long LOG_ALL = 1L << VHOST_F_LOG_ALL;

  /** What a {@link DeviceQueue} can do. */
  public static final long OF_RINGS =
      INDIRECT_DESC
          | EVENT_IDX
          | VERSION_1
          | RING_PACKED
          | IN_ORDER
          | ANY_LAYOUT
          | RING_RESET
          | LOG_ALL;

  private VirtioFeatures() {}

  /**
   * Whether a feature was negotiated.
   *
   * @param features the negotiated ones
   * @param feature one mask of this class
   */
  public static boolean has(long features, long feature) {
    return (features & feature) != 0;
  }
}
