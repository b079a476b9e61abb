package io.fastvif.netlink;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layouts of netlink's numbers. Netlink is in the host's byte order, except for the attributes
 * that carry addresses, ports and protocol numbers, which are in network order.
 *
 * <p>Unaligned throughout: attributes are aligned to 4 bytes only, also those with 64-bit numbers.
 */
final class Wire {
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  static final ValueLayout.OfShort SHORT_BIG_ENDIAN =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt INT_BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfLong LONG_BIG_ENDIAN =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** NLMSG_HDRLEN of linux/netlink.h. */
  static final int MESSAGE_HEADER_LENGTH = 16;

  /** NLA_HDRLEN of linux/netlink.h. */
  static final int ATTRIBUTE_HEADER_LENGTH = 4;

  static final int MESSAGE_LENGTH_OFFSET = 0;
  static final int MESSAGE_TYPE_OFFSET = 4;
  static final int MESSAGE_FLAGS_OFFSET = 6;
  static final int MESSAGE_SEQUENCE_OFFSET = 8;
  static final int MESSAGE_PORT_ID_OFFSET = 12;

  /** The type of an attribute without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  static final int ATTRIBUTE_TYPE_MASK = 0x3fff;

  static final int ATTRIBUTE_NESTED_FLAG = 0x8000;

  private Wire() {}

  /** NLMSG_ALIGN and NLA_ALIGN: both round up to 4. */
  static int align(int length) {
    return (length + 3) & ~3;
  }
}
