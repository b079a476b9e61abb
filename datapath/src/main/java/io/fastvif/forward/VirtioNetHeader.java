package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.VirtioFeatures;

/**
 * The header before each frame in a guest's buffers (virtio 1.2, 5.1.6; struct virtio_net_hdr_v1).
 *
 * <pre>
 *  0       1          2         4          6            8             10
 * +-------+----------+---------+----------+------------+-------------+-------------+
 * | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset | num_buffers |
 * +-------+----------+---------+----------+------------+-------------+-------------+
 * </pre>
 *
 * The first eight bytes and csum_offset are handled as two numbers, read once from the guest.
 */
final class VirtioNetHeader {
  /** With num_buffers: virtio 1, or mergeable buffers. */
  static final int LONG = 12;

  /** Without. */
  static final int SHORT = 10;

  static final int ETHERNET = 14;
  static final int NUM_BUFFERS = 10;
  static final int CSUM_OFFSET = 8;

  /** VIRTIO_NET_HDR_GSO_UDP_L4 of newer headers (Linux 6.2): UDP datagrams of one size. */
  static final int GSO_UDP_L4 = 5;

  private static final int NEEDS_CSUM = VIRTIO_NET_HDR_F_NEEDS_CSUM;
  private static final int GSO_ECN = VIRTIO_NET_HDR_GSO_ECN;

  private VirtioNetHeader() {}

  /** How long a guest's headers are. */
  static int length(long features) {
    return (features & (VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF)) != 0 ? LONG : SHORT;
  }

  static int flags(long first) {
    return (int) first & 0xff;
  }

  static int gsoType(long first) {
    return (int) (first >>> 8) & 0xff;
  }

  static int gsoSize(long first) {
    return (int) (first >>> 32) & 0xffff;
  }

  static int csumStart(long first) {
    return (int) (first >>> 48);
  }

  static boolean needsChecksum(long first) {
    return (flags(first) & NEEDS_CSUM) != 0;
  }

  static boolean isSegmentable(long first) {
    return gsoType(first) != VIRTIO_NET_HDR_GSO_NONE;
  }

  static boolean isUdpSegmentable(long first) {
    return gsoType(first) == GSO_UDP_L4;
  }

  /** The header of a frame that is not to be segmented, and whose checksum is to be completed. */
  static long unfinished(int transport) {
    return NEEDS_CSUM | (long) transport << 48;
  }

  /**
   * The header of a frame of TCP that is to be segmented.
   *
   * @param type of segmentation, with the ECN bit where a segment has CWR
   * @param headers bytes before the data
   * @param size bytes of data of each segment but the last
   * @param transport where the TCP header is
   */
  static long segmentable(int type, int headers, int size, int transport) {
    return unfinished(transport) | (long) size << 32 | (long) headers << 16 | (long) type << 8;
  }

  /** The header without what is said of the checksum: the frame's is complete. */
  static long withoutChecksum(long first) {
    return first & 0x0000_ffff_ffff_ffffL & ~NEEDS_CSUM;
  }

  /** The header of a frame whose Ethernet header has become longer by some bytes, or shorter. */
  static long moved(long first, int bytes) {
    if (!needsChecksum(first)) {
      return first;
    }
    int start = csumStart(first) + bytes & 0xffff;
    int headers = (int) (first >>> 16) & 0xffff;
    int longer = headers == 0 ? 0 : headers + bytes & 0xffff;
    return (first & 0x0000_ffff_0000_ffffL) | (long) start << 48 | (long) longer << 16;
  }

  /**
   * Whether a header that a guest sent may be handed on: it asks only for what was negotiated, and
   * what it names is within the frame.
   *
   * @param first its first eight bytes
   * @param csumOffset its csum_offset
   * @param length the frame's bytes
   * @param features the sender's
   */
  static boolean isSound(long first, int csumOffset, long length, long features) {
    if ((flags(first) & ~NEEDS_CSUM) != 0) {
      return false;
    }
    if (needsChecksum(first)
        && ((features & NetFeatures.CSUM) == 0
            || csumStart(first) < ETHERNET
            || csumStart(first) + csumOffset + 2L > length)) {
      return false;
    }
    int type = gsoType(first);
    if (type == VIRTIO_NET_HDR_GSO_NONE) {
      return true;
    }
    long needed =
        switch (type & ~GSO_ECN) {
          case VIRTIO_NET_HDR_GSO_TCPV4 -> NetFeatures.HOST_TSO4;
          case VIRTIO_NET_HDR_GSO_TCPV6 -> NetFeatures.HOST_TSO6;
          case VIRTIO_NET_HDR_GSO_UDP -> NetFeatures.HOST_UFO;
          case GSO_UDP_L4 -> NetFeatures.HOST_USO;
          default -> 0;
        };
    return needed != 0
        && (features & needed) != 0
        && ((type & GSO_ECN) == 0 || (features & NetFeatures.HOST_ECN) != 0)
        && gsoSize(first) > 0
        && needsChecksum(first);
  }

  /** Whether a guest takes frames of that kind without their being segmented. */
  static boolean takesSegmentable(long first, long features) {
    int type = gsoType(first);
    long needed =
        switch (type & ~GSO_ECN) {
          case VIRTIO_NET_HDR_GSO_TCPV4 -> NetFeatures.GUEST_TSO4;
          case VIRTIO_NET_HDR_GSO_TCPV6 -> NetFeatures.GUEST_TSO6;
          case VIRTIO_NET_HDR_GSO_UDP -> NetFeatures.GUEST_UFO;
          // The header does not say of which IP version a frame is.
          case GSO_UDP_L4 -> NetFeatures.GUEST_USO;
          default -> 0;
        };
    return needed != 0
        && (features & needed) == needed
        && ((type & GSO_ECN) == 0 || (features & NetFeatures.GUEST_ECN) != 0);
  }
}
