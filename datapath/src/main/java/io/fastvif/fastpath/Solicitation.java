package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.ETH_P_IPV6;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A neighbour solicitation (RFC 4861, 4.3): somebody asks for the MAC address of an IPv6 address.
 *
 * <pre>
 *  0             14               54     55     56         58         62        78
 * +-------------+----------------+------+------+----------+----------+---------+---------+
 * | Ethernet    | IPv6           | type | code | checksum | reserved | target  | options |
 * +-------------+----------------+------+------+----------+----------+---------+---------+
 * </pre>
 */
final class Solicitation {
  /** Where the type stands in the frame, and what it is. */
  static final int TYPE_AT = 54;

  static final int TYPE = 135;

  /** Where IPv6's next header stands in the frame, and what it is. */
  static final int NEXT_HEADER_AT = 20;

  static final int ICMPV6 = 58;

  private static final int ADVERTISEMENT = 136;
  private static final int ETHERTYPE_AT = 12;
  private static final int IPV6_AT = 14;
  private static final int LENGTH_AT = 18;
  private static final int HOP_LIMIT_AT = 21;
  private static final int SOURCE_AT = 22;
  private static final int TARGET_AT = 62;
  private static final int OPTIONS_AT = 78;
  private static final int MAC = 6;
  private static final int ADDRESS = 16;
  private static final int ON_LINK_HOPS = 255;
  private static final int MESSAGE = 32;

  /** From a router, and asked for; it does not override what others say for themselves. */
  private static final int ROUTER_SOLICITED = 0xc000_0000;

  private static final int TARGET_LINK_ADDRESS = 2;

  private final byte[] mac;
  private final byte[] source;
  private final byte[] target;

  private Solicitation(byte[] mac, byte[] source, byte[] target) {
    this.mac = mac;
    this.source = source;
    this.target = target;
  }

  /**
   * Reads one that a proxy may answer: not of who looks whether its own address is taken already
   * (from the unspecified address), nor for a link's own or a group's address.
   *
   * @param frame from the destination's MAC address on
   * @param length its bytes
   * @return null if it is none of these, or is no valid one
   */
  static Solicitation read(ByteBuffer frame, int length) {
    if (length < OPTIONS_AT
        || frame.getShort(ETHERTYPE_AT) != (short) ETH_P_IPV6
        || frame.get(IPV6_AT) >>> 4 != 6
        || frame.get(NEXT_HEADER_AT) != ICMPV6
        || (frame.get(HOP_LIMIT_AT) & 0xff) != ON_LINK_HOPS
        || (frame.get(TYPE_AT) & 0xff) != TYPE
        || frame.get(TYPE_AT + 1) != 0) {
      return null;
    }
    int message = Short.toUnsignedInt(frame.getShort(LENGTH_AT));
    if (message < OPTIONS_AT - TYPE_AT
        || message > length - TYPE_AT
        || sum(frame, message) != 0xffff) {
      return null;
    }
    byte[] mac = bytes(frame, MAC, MAC);
    byte[] source = bytes(frame, SOURCE_AT, ADDRESS);
    byte[] target = bytes(frame, TARGET_AT, ADDRESS);
    boolean isLinkLocal = target[0] == (byte) 0xfe && (target[1] & 0xc0) == 0x80;
    boolean isGroup = target[0] == (byte) 0xff || (mac[0] & 1) != 0;
    boolean isUnspecified = isZero(source) || isZero(target);
    return isLinkLocal || isGroup || isUnspecified ? null : new Solicitation(mac, source, target);
  }

  private static byte[] bytes(ByteBuffer frame, int at, int length) {
    byte[] bytes = new byte[length];
    frame.get(at, bytes);
    return bytes;
  }

  private static boolean isZero(byte[] address) {
    return Arrays.equals(address, new byte[ADDRESS]);
  }

  /** The address that is asked for: 16 bytes. */
  byte[] target() {
    return target.clone();
  }

  /**
   * The answer, with the target as its source.
   *
   * @param router the MAC address that reaches the target
   */
  byte[] advertisement(long router) {
    ByteBuffer frame = ByteBuffer.allocate(TYPE_AT + MESSAGE);
    frame.put(mac).putShort((short) (router >>> 32)).putInt((int) router);
    frame.putShort((short) ETH_P_IPV6).putInt(6 << 28).putShort((short) MESSAGE);
    frame.put((byte) ICMPV6).put((byte) ON_LINK_HOPS).put(target).put(source);
    frame.put((byte) ADVERTISEMENT).put((byte) 0).putShort((short) 0);
    frame.putInt(ROUTER_SOLICITED).put(target).put((byte) TARGET_LINK_ADDRESS).put((byte) 1);
    frame.putShort((short) (router >>> 32)).putInt((int) router);
    frame.putShort(TYPE_AT + 2, (short) ~sum(frame, MESSAGE));
    return frame.array();
  }

  /** The sum that a message and its pseudo-header have; 0xffff if the checksum in it is right. */
  private static int sum(ByteBuffer frame, int message) {
    int sum = message + ICMPV6;
    int end = TYPE_AT + message;
    for (int at = SOURCE_AT; at + 1 < end; at += Short.BYTES) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    if (message % 2 != 0) {
      sum += (frame.get(end - 1) & 0xff) << Byte.SIZE;
    }
    while (sum >>> Short.SIZE != 0) {
      sum = (sum & 0xffff) + (sum >>> Short.SIZE);
    }
    return sum;
  }
}
