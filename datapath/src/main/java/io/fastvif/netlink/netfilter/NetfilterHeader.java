package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.NFNETLINK_V0;
import static io.fastvif.bindings.linux.linux_h.NFNL_SUBSYS_NFTABLES;

import io.fastvif.netlink.MessageEncoder;

/**
 * {@code struct nfgenmsg}, which every message of nfnetlink begins with.
 *
 * <pre>
 *   0       1       2               4
 *  +-------+-------+---------------+
 *  |family |version|  res_id (be)  |
 *  +-------+-------+---------------+
 * </pre>
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">linux/netfilter/
 *     nfnetlink.h</a>
 */
final class NetfilterHeader {
  /** The header's size in bytes. */
  static final int LENGTH = 4;

  private static final int FAMILY = 0;
  private static final int VERSION = 1;
  private static final int RESOURCE_HIGH = 2;
  private static final int RESOURCE_LOW = 3;
  private static final int SUBSYSTEM_SHIFT = 8;

  private NetfilterHeader() {}

  /** The type of a message of nf_tables: its subsystem in the upper byte, its own in the lower. */
  static int type(int message) {
    return NFNL_SUBSYS_NFTABLES << SUBSYSTEM_SHIFT | message;
  }

  /** Begins a message; returns its sequence number. */
  static int begin(MessageEncoder encoder, int type, int flags, int family, int resource) {
    int sequence = encoder.begin(type, flags);
    encoder.putHeader(LENGTH);
    encoder.setHeaderByte(FAMILY, family);
    encoder.setHeaderByte(VERSION, NFNETLINK_V0);
    encoder.setHeaderByte(RESOURCE_HIGH, resource >>> Byte.SIZE);
    encoder.setHeaderByte(RESOURCE_LOW, resource & 0xff);
    return sequence;
  }
}
