package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The netlink attribute header, and the {@code RTA_} and {@code NLA_} macros of {@code
 * linux/rtnetlink.h} and {@code linux/netlink.h}. Header fields are in the host's byte order.
 * Methods work on a segment and an offset, and do not allocate.
 *
 * <pre>
 *  0         2         4
 * +---------+---------+-----------------------+---------+
 * | length  | type    | payload               | padding |
 * +---------+---------+-----------------------+---------+
 * </pre>
 *
 * The length counts the header and the payload, without the padding. The type's two high bits are
 * flags.
 */
public final class Rta {

  /** {@code RTA_ALIGNTO}: attributes begin at multiples of it. */
  public static final int ALIGNTO = 4;

  /** {@code NLA_HDRLEN}: bytes of the header, and the payload's offset. */
  public static final int HDRLEN = 4;

  /** Offset of {@code rta_len}, 16 bits. */
  public static final int LENGTH_OFFSET = 0;

  /** Offset of {@code rta_type}, 16 bits. */
  public static final int TYPE_OFFSET = 2;

  /** {@code NLA_F_NESTED}: the payload is attributes. */
  public static final int NESTED = 0x8000;

  /** {@code NLA_F_NET_BYTEORDER}: the payload is in network byte order. */
  public static final int NET_BYTEORDER = 0x4000;

  /** {@code NLA_TYPE_MASK}: the type without its flags. */
  public static final int TYPE_MASK = ~(NESTED | NET_BYTEORDER) & 0xffff;

  /** The longest payload that the 16-bit length can express. */
  public static final int MAX_PAYLOAD = 0xffff - HDRLEN;

  private Rta() {}

  /** {@code RTA_ALIGN}: the length rounded up to {@link #ALIGNTO}. */
  public static int align(int length) {
    return (length + ALIGNTO - 1) & -ALIGNTO;
  }

  /** {@code RTA_LENGTH}: the length field's value for a payload. */
  public static int length(int payload) {
    return HDRLEN + payload;
  }

  /** {@code RTA_SPACE}: the bytes that a payload takes with header and padding. */
  public static int space(int payload) {
    return align(length(payload));
  }

  /** {@code RTA_DATA}: the payload's offset. */
  public static long data(long offset) {
    return offset + HDRLEN;
  }

  /** {@code RTA_PAYLOAD}: the payload's bytes. */
  public static int payload(MemorySegment segment, long offset) {
    return length(segment, offset) - HDRLEN;
  }

  /**
   * {@code RTA_OK}: whether a whole attribute lies at {@code offset}.
   *
   * @param end where the enclosing message or attribute ends
   */
  public static boolean ok(MemorySegment segment, long offset, long end) {
    if (end - offset < HDRLEN) {
      return false;
    }
    int length = length(segment, offset);
    return length >= HDRLEN && length <= end - offset;
  }

  /** {@code RTA_NEXT}: the offset of the attribute after this one; check it with {@link #ok}. */
  public static long next(MemorySegment segment, long offset) {
    return offset + align(length(segment, offset));
  }

  /** Reads {@code rta_len}. */
  public static int length(MemorySegment segment, long offset) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT_UNALIGNED, offset + LENGTH_OFFSET));
  }

  /** Reads the type without its flags. */
  public static int type(MemorySegment segment, long offset) {
    return segment.get(JAVA_SHORT_UNALIGNED, offset + TYPE_OFFSET) & TYPE_MASK;
  }

  /** Whether {@link #NESTED} is set. The kernel leaves it out of many nested attributes. */
  public static boolean isNested(MemorySegment segment, long offset) {
    return (segment.get(JAVA_SHORT_UNALIGNED, offset + TYPE_OFFSET) & NESTED) != 0;
  }

  /**
   * Writes a header.
   *
   * @param type the type, with its flags
   * @param payload the payload's bytes, at most {@link #MAX_PAYLOAD}
   */
  public static void put(MemorySegment segment, long offset, int type, int payload) {
    segment.set(JAVA_SHORT_UNALIGNED, offset + LENGTH_OFFSET, (short) length(payload));
    segment.set(JAVA_SHORT_UNALIGNED, offset + TYPE_OFFSET, (short) type);
  }
}
