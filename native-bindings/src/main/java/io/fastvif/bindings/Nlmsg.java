package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The netlink message header, and the {@code NLMSG_} macros of {@code linux/netlink.h}. All numbers
 * are in the host's byte order. Methods work on a segment and an offset, and do not allocate.
 *
 * <pre>
 *  0                   4         6         8                   12                  16
 * +-------------------+---------+---------+-------------------+-------------------+--------
 * | length            | type    | flags   | sequence          | port id           | payload
 * +-------------------+---------+---------+-------------------+-------------------+--------
 * </pre>
 *
 * The length counts the header and the payload, without the padding to the next message.
 */
public final class Nlmsg {

  /** {@code NLMSG_ALIGNTO}: messages begin at multiples of it. */
  public static final int ALIGNTO = 4;

  /** {@code NLMSG_HDRLEN}: bytes of the header, and the payload's offset. */
  public static final int HDRLEN = 16;

  /** Offset of {@code nlmsg_len}, 32 bits. */
  public static final int LENGTH_OFFSET = 0;

  /** Offset of {@code nlmsg_type}, 16 bits. */
  public static final int TYPE_OFFSET = 4;

  /** Offset of {@code nlmsg_flags}, 16 bits. */
  public static final int FLAGS_OFFSET = 6;

  /** Offset of {@code nlmsg_seq}, 32 bits. */
  public static final int SEQUENCE_OFFSET = 8;

  /** Offset of {@code nlmsg_pid}, 32 bits. */
  public static final int PORT_ID_OFFSET = 12;

  private Nlmsg() {}

  /** {@code NLMSG_ALIGN}: the length rounded up to {@link #ALIGNTO}. */
  public static int align(int length) {
    return (length + ALIGNTO - 1) & -ALIGNTO;
  }

  /** {@code NLMSG_LENGTH}: the length field's value for a payload. */
  public static int length(int payload) {
    return HDRLEN + payload;
  }

  /** {@code NLMSG_SPACE}: the bytes that a payload takes with header and padding. */
  public static int space(int payload) {
    return align(length(payload));
  }

  /** {@code NLMSG_DATA}: the payload's offset. */
  public static long data(long offset) {
    return offset + HDRLEN;
  }

  /**
   * {@code NLMSG_PAYLOAD}: the payload's bytes after {@code skip} bytes, aligned, of a fixed
   * header.
   */
  public static int payload(MemorySegment segment, long offset, int skip) {
    return length(segment, offset) - space(skip);
  }

  /**
   * {@code NLMSG_OK}: whether a whole message lies at {@code offset}.
   *
   * @param end where the received bytes end
   */
  public static boolean ok(MemorySegment segment, long offset, long end) {
    if (end - offset < HDRLEN) {
      return false;
    }
    int length = length(segment, offset);
    return length >= HDRLEN && length <= end - offset;
  }

  /** {@code NLMSG_NEXT}: the offset of the message after this one; check it with {@link #ok}. */
  public static long next(MemorySegment segment, long offset) {
    return offset + align(length(segment, offset));
  }

  /** Reads {@code nlmsg_len}. */
  public static int length(MemorySegment segment, long offset) {
    return segment.get(JAVA_INT_UNALIGNED, offset + LENGTH_OFFSET);
  }

  /** Reads {@code nlmsg_type}, 0 to 65535. */
  public static int type(MemorySegment segment, long offset) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT_UNALIGNED, offset + TYPE_OFFSET));
  }

  /** Reads {@code nlmsg_flags}, 0 to 65535. */
  public static int flags(MemorySegment segment, long offset) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT_UNALIGNED, offset + FLAGS_OFFSET));
  }

  /** Reads {@code nlmsg_seq}. */
  public static int sequence(MemorySegment segment, long offset) {
    return segment.get(JAVA_INT_UNALIGNED, offset + SEQUENCE_OFFSET);
  }

  /** Reads {@code nlmsg_pid}, the sender's port. */
  public static int portId(MemorySegment segment, long offset) {
    return segment.get(JAVA_INT_UNALIGNED, offset + PORT_ID_OFFSET);
  }

  /** Writes a header; the port id, which the kernel fills in, as 0. */
  public static void put(
      MemorySegment segment, long offset, int length, int type, int flags, int sequence) {
    segment.set(JAVA_INT_UNALIGNED, offset + LENGTH_OFFSET, length);
    segment.set(JAVA_SHORT_UNALIGNED, offset + TYPE_OFFSET, (short) type);
    segment.set(JAVA_SHORT_UNALIGNED, offset + FLAGS_OFFSET, (short) flags);
    segment.set(JAVA_INT_UNALIGNED, offset + SEQUENCE_OFFSET, sequence);
    segment.set(JAVA_INT_UNALIGNED, offset + PORT_ID_OFFSET, 0);
  }

  /** Writes {@code nlmsg_len}, once the payload's length is known. */
  public static void putLength(MemorySegment segment, long offset, int length) {
    segment.set(JAVA_INT_UNALIGNED, offset + LENGTH_OFFSET, length);
  }
}
