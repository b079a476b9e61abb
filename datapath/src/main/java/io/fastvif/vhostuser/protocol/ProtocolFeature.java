package io.fastvif.vhostuser.protocol;

import java.util.ArrayList;
import java.util.List;

/** The protocol's extensions, VHOST_USER_PROTOCOL_F_, with their bits. */
public enum ProtocolFeature {
  /** Several queues: GET_QUEUE_NUM. */
  MQ(0),
  /** The dirty log is shared memory. */
  LOG_SHMFD(1),
  /** The backend can announce the guest: SEND_RARP. */
  RARP(2),
  /** Any request can be acknowledged. */
  REPLY_ACK(3),
  /** The MTU can be set: NET_SET_MTU. */
  MTU(4),
  /** The backend can make requests: SET_BACKEND_REQ_FD. */
  BACKEND_REQ(5),
  /** Rings of the other byte order. */
  CROSS_ENDIAN(6),
  /** Cipher sessions. */
  CRYPTO_SESSION(7),
  /** Postcopy migration by userfaultfd. */
  PAGEFAULT(8),
  /** The configuration space is the backend's. */
  CONFIG(9),
  /** The backend's requests can carry descriptors. */
  BACKEND_SEND_FD(10),
  /** The guest's kicks go to a device. */
  HOST_NOTIFIER(11),
  /** Shared memory to track descriptors in flight. */
  INFLIGHT_SHMFD(12),
  /** The device can be reset: RESET_DEVICE. */
  RESET_DEVICE(13),
  /** Kicks and calls are messages. */
  INBAND_NOTIFICATIONS(14),
  /** Regions come and go one by one. */
  CONFIGURE_MEM_SLOTS(15),
  /** The device's status is told: SET_STATUS. */
  STATUS(16),
  /** Memory is mapped through Xen's grants. */
  XEN_MMAP(17),
  /** Buffers shared among devices, by their ids. */
  SHARED_OBJECT(18),
  /** The backend's own state can be migrated. */
  DEVICE_STATE(19),
  /** A ring may be stopped with buffers in flight, which are noted for the next backend. */
  GET_VRING_BASE_INFLIGHT(20),
  /** Rings are named by the guest's addresses. */
  GPA_ADDRESSES(21),
  /** The device has regions of memory that it shares with its driver. */
  SHMEM(22);

  /**
   * What our backend offers: all that a network device has a use for. PAGEFAULT is missing because
   * a page that is fetched on access blocks the accessing thread, which serves other ports too;
   * HOST_NOTIFIER because there is no hardware to notify.
   */
  public static final long OFFERED =
      bits(
          MQ,
          LOG_SHMFD,
          RARP,
          REPLY_ACK,
          MTU,
          BACKEND_REQ,
          BACKEND_SEND_FD,
          INFLIGHT_SHMFD,
          RESET_DEVICE,
          CONFIGURE_MEM_SLOTS,
          STATUS);

  private final int number;

  ProtocolFeature(int number) {
    this.number = number;
  }

  /**
   * The feature's bit.
   *
   * @return a number with one bit set
   */
  public long bit() {
    return 1L << number;
  }

  /**
   * Returns whether the feature is in a set.
   *
   * @param features their bits
   * @return whether its bit is set
   */
  public boolean isIn(long features) {
    return (features & bit()) != 0;
  }

  /**
   * The bits of features.
   *
   * @param features any
   * @return their bits
   */
  public static long bits(ProtocolFeature... features) {
    long bits = 0;
    for (ProtocolFeature feature : features) {
      bits |= feature.bit();
    }
    return bits;
  }

  /**
   * The names of features.
   *
   * @param features their bits
   * @return names in the order of the bits; {@code bit40} for one without a name
   */
  public static List<String> names(long features) {
    List<String> names = new ArrayList<>();
    long rest = features;
    for (ProtocolFeature feature : values()) {
      if (feature.isIn(rest)) {
        names.add(feature.name());
        rest &= ~feature.bit();
      }
    }
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((rest & (1L << bit)) != 0) {
        names.add("bit" + bit);
      }
    }
    return names;
  }
}
