package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.MemorySegment;

/**
 * Control messages of sendmsg and recvmsg, and the {@code CMSG_} macros of {@code sys/socket.h} for
 * 64-bit hosts. Numbers are in the host's byte order. Methods work on the control buffer and an
 * offset in it, and do not allocate.
 *
 * <pre>
 *  0                   8         12        16
 * +-------------------+---------+---------+---------------------+---------+
 * | length            | level   | type    | data                | padding |
 * +-------------------+---------+---------+---------------------+---------+
 * </pre>
 *
 * The length counts the header and the data, without the padding.
 */
public final class Cmsg {

  /** Control messages begin at multiples of it. */
  public static final int ALIGNTO = 8;

  /** Bytes of the header, and the data's offset. */
  public static final int HDRLEN = 16;

  /** Offset of {@code cmsg_len}, 64 bits. */
  public static final int LENGTH_OFFSET = 0;

  /** Offset of {@code cmsg_level}, 32 bits. */
  public static final int LEVEL_OFFSET = 8;

  /** Offset of {@code cmsg_type}, 32 bits. */
  public static final int TYPE_OFFSET = 12;

  /** What {@link #firstHeader} and {@link #nextHeader} return where there is none. */
  public static final long NONE = -1;

  private Cmsg() {}

  /** {@code CMSG_ALIGN}: the length rounded up to {@link #ALIGNTO}. */
  public static long align(long length) {
    return (length + ALIGNTO - 1) & -ALIGNTO;
  }

  /** {@code CMSG_SPACE}: the bytes that data takes with header and padding. */
  public static long space(long data) {
    return HDRLEN + align(data);
  }

  /** {@code CMSG_LEN}: the length field's value for data. */
  public static long length(long data) {
    return HDRLEN + data;
  }

  /** {@code CMSG_DATA}: the data's offset. */
  public static long data(long offset) {
    return offset + HDRLEN;
  }

  /**
   * {@code CMSG_FIRSTHDR}: the first control message's offset, or {@link #NONE}.
   *
   * @param controlLength the bytes received, {@code msg_controllen}
   */
  public static long firstHeader(MemorySegment control, long controlLength) {
    return check(control, 0, controlLength);
  }

  /** {@code CMSG_NXTHDR}: the offset of the control message after this one, or {@link #NONE}. */
  public static long nextHeader(MemorySegment control, long offset, long controlLength) {
    return check(control, offset + align(length(control, offset)), controlLength);
  }

  private static long check(MemorySegment control, long offset, long controlLength) {
    if (controlLength - offset < HDRLEN) {
      return NONE;
    }
    long length = length(control, offset);
    return length >= HDRLEN && length <= controlLength - offset ? offset : NONE;
  }

  /** Reads {@code cmsg_len}. */
  public static long length(MemorySegment control, long offset) {
    return control.get(JAVA_LONG_UNALIGNED, offset + LENGTH_OFFSET);
  }

  /** Reads {@code cmsg_level}. */
  public static int level(MemorySegment control, long offset) {
    return control.get(JAVA_INT_UNALIGNED, offset + LEVEL_OFFSET);
  }

  /** Reads {@code cmsg_type}. */
  public static int type(MemorySegment control, long offset) {
    return control.get(JAVA_INT_UNALIGNED, offset + TYPE_OFFSET);
  }

  /** The data's bytes. */
  public static long dataLength(MemorySegment control, long offset) {
    return length(control, offset) - HDRLEN;
  }

  /**
   * Writes a header.
   *
   * @param data the data's bytes
   * @return the data's offset
   */
  public static long put(MemorySegment control, long offset, int level, int type, long data) {
    control.set(JAVA_LONG_UNALIGNED, offset + LENGTH_OFFSET, length(data));
    control.set(JAVA_INT_UNALIGNED, offset + LEVEL_OFFSET, level);
    control.set(JAVA_INT_UNALIGNED, offset + TYPE_OFFSET, type);
    return data(offset);
  }

  /** Whether the control message carries descriptors, {@code SCM_RIGHTS}. */
  public static boolean isRights(MemorySegment control, long offset) {
    return level(control, offset) == linux_h.SOL_SOCKET
        && type(control, offset) == linux_h.SCM_RIGHTS;
  }

  /** The descriptors in an {@code SCM_RIGHTS} control message. */
  public static int rightsCount(MemorySegment control, long offset) {
    return (int) (dataLength(control, offset) / Integer.BYTES);
  }

  /** A descriptor of an {@code SCM_RIGHTS} control message. The receiver owns it. */
  public static int right(MemorySegment control, long offset, int index) {
    return control.get(JAVA_INT_UNALIGNED, data(offset) + (long) index * Integer.BYTES);
  }

  /**
   * Writes an {@code SCM_RIGHTS} control message at the buffer's beginning.
   *
   * @param count how many of {@code descriptors} to pass
   * @return the bytes written with padding: {@code msg_controllen}
   */
  public static long putRights(MemorySegment control, int[] descriptors, int count) {
    long bytes = (long) count * Integer.BYTES;
    long data = put(control, 0, linux_h.SOL_SOCKET, linux_h.SCM_RIGHTS, bytes);
    for (int i = 0; i < count; i++) {
      control.set(JAVA_INT_UNALIGNED, data + (long) i * Integer.BYTES, descriptors[i]);
    }
    return space(bytes);
  }
}
