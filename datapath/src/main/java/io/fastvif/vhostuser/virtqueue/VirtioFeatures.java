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

  /** Every write into the guest's memory is noted in the dirty-page log (vhost). */
  public static final long LOG_ALL = 1L << VHOST_F_LOG_ALL;

  /**
   * What a {@link DeviceQueue} can do. A feature is offered only if the backend gets to see
   * everything that it obliges a device to:
   *
   * <ul>
   *   <li>INDIRECT_DESC, ANY_LAYOUT, VERSION_1: the form of what lies in the ring.
   *   <li>EVENT_IDX: fields of the ring, read and written there.
   *   <li>RING_PACKED: the form of the ring; where it goes on is in SET_VRING_BASE.
   *   <li>IN_ORDER: buffers are used in their order in any case.
   *   <li>LOG_ALL: SET_FEATURES switches it, SET_LOG_BASE says where to.
   * </ul>
   *
   * Not offered, because the backend would not see what is asked of it:
   *
   * <ul>
   *   <li>RING_RESET: the driver resets a single ring and frees it by a register that the
   *       hypervisor has. QEMU tells that to no vhost-user backend, which would go on to use the
   *       ring and write into memory that the guest uses for other things.
   *   <li>NOTIFICATION_DATA: the driver says with its kick how far it is; an eventfd carries no
   *       data.
   *   <li>ACCESS_PLATFORM: addresses would have to be translated by IOTLB_MSG.
   *   <li>ORDER_PLATFORM, SR_IOV, ADMIN_VQ: of devices on a real bus.
   *   <li>NOTIFY_ON_EMPTY: of devices before virtio 1.
   * </ul>
   */
  public static final long OF_RINGS =
      INDIRECT_DESC | EVENT_IDX | VERSION_1 | RING_PACKED | IN_ORDER | ANY_LAYOUT | LOG_ALL;

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
