package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct iovec}, {@code msghdr} and {@code mmsghdr} ({@code bits/types/struct_iovec.h},
 * {@code bits/socket.h}), for sendmsg and recvmmsg. The generated classes set pointers through
 * handles that take 10 ms of a start to make.
 *
 * <pre>
 * iovec    0              8              16
 *         +--------------+--------------+
 *         | iov_base     | iov_len      |
 *         +--------------+--------------+
 * mmsghdr  0         8       16   24      32       40          48     56   60  64
 *         +---------+-------+----+-------+--------+-----------+------+----+---+
 *         | name    | name  | iov| iovlen| control| controllen| flags| len|   |
 *         |         | length|    |       |        |           |      |    |   |
 *         +---------+-------+----+-------+--------+-----------+------+----+---+
 *         |- msghdr --------------------------------------------------|
 * </pre>
 */
public final class MessageHeader {

  /** Bytes of an {@code iovec}. */
  public static final int VECTOR_SIZE = 16;

  /** Bytes of a {@code msghdr}. */
  public static final int SIZE = 56;

  /** Bytes of a {@code mmsghdr}, which starts with its {@code msghdr}. */
  public static final int MULTIPLE_SIZE = 64;

  /** The alignment of all of them. */
  public static final int ALIGNMENT = 8;

  /** Offset of {@code msg_name}, a pointer. */
  public static final int NAME_OFFSET = 0;

  /** Offset of {@code msg_namelen}, 32 bits. */
  public static final int NAME_LENGTH_OFFSET = 8;

  /** Offset of {@code msg_iov}, a pointer. */
  public static final int VECTORS_OFFSET = 16;

  /** Offset of {@code msg_iovlen}, 64 bits. */
  public static final int VECTOR_COUNT_OFFSET = 24;

  /** Offset of {@code msg_control}, a pointer. */
  public static final int CONTROL_OFFSET = 32;

  /** Offset of {@code msg_controllen}, 64 bits. */
  public static final int CONTROL_LENGTH_OFFSET = 40;

  /** Offset of {@code msg_flags}, 32 bits. */
  public static final int FLAGS_OFFSET = 48;

  /** Offset of {@code msg_len} in a {@code mmsghdr}, 32 bits. */
  public static final int LENGTH_OFFSET = 56;

  private static final int BASE_OFFSET = 0;
  private static final int BASE_LENGTH_OFFSET = 8;

  private MessageHeader() {}

  /**
   * Writes an {@code iovec}. It holds the buffer's address: the caller keeps the buffer alive.
   *
   * @param offset of the vector in the segment
   */
  public static void putVector(
      MemorySegment vectors, long offset, MemorySegment buffer, long size) {
    vectors.set(JAVA_LONG_UNALIGNED, offset + BASE_OFFSET, buffer.address());
    vectors.set(JAVA_LONG_UNALIGNED, offset + BASE_LENGTH_OFFSET, size);
  }

  /** Writes where a {@code msghdr} finds its one {@code iovec}, which the caller keeps alive. */
  public static void putOneVector(MemorySegment headers, long offset, MemorySegment vector) {
    headers.set(JAVA_LONG_UNALIGNED, offset + VECTORS_OFFSET, vector.address());
    headers.set(JAVA_LONG_UNALIGNED, offset + VECTOR_COUNT_OFFSET, 1);
  }

  /** Writes where a {@code msghdr} finds its address, which the caller keeps alive. */
  public static void putName(MemorySegment headers, long offset, MemorySegment name) {
    headers.set(JAVA_LONG_UNALIGNED, offset + NAME_OFFSET, name.address());
    headers.set(JAVA_INT_UNALIGNED, offset + NAME_LENGTH_OFFSET, (int) name.byteSize());
  }

  /** Writes where a {@code msghdr} finds its control messages, which the caller keeps alive. */
  public static void putControl(
      MemorySegment headers, long offset, MemorySegment control, long length) {
    headers.set(JAVA_LONG_UNALIGNED, offset + CONTROL_OFFSET, control.address());
    headers.set(JAVA_LONG_UNALIGNED, offset + CONTROL_LENGTH_OFFSET, length);
  }

  /** Reads the bytes of a {@code msghdr}'s control messages. */
  public static long controlLength(MemorySegment headers, long offset) {
    return headers.get(JAVA_LONG_UNALIGNED, offset + CONTROL_LENGTH_OFFSET);
  }
}
