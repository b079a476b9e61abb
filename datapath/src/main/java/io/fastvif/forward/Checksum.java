package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/**
 * The Internet checksum (RFC 1071), for receivers that do not complete it themselves. Sums are of
 * 16-bit words as they lie in memory, whatever the byte order: a ones' complement sum does not
 * depend on it, if the result is stored in the same. Numbers that lie nowhere are swapped first.
 */
final class Checksum {
  private static final long LOW = 0xffff_ffffL;

  private Checksum() {}

  /** The sum of bytes, at most 64 KiB, not folded; more may be added to it. */
  static long sum(long at, int length) {
    long sum = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long eight = RawMemory.getLong(at + i);
      sum += (eight & LOW) + (eight >>> 32);
    }
    if ((length & 4) != 0) {
      sum += RawMemory.getInt(at + i) & LOW;
      i += 4;
    }
    if ((length & 2) != 0) {
      sum += RawMemory.getShort(at + i);
      i += 2;
    }
    if ((length & 1) != 0) {
      sum += RawMemory.getByte(at + i);
    }
    return sum;
  }

  /** A sum's 16 bits, not complemented. */
  static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** A 16-bit number as it would lie in memory, in network order. */
  static int swapped(int number) {
    return (number & 0xff) << 8 | (number >>> 8 & 0xff);
  }

  /** What to store for a sum: its complement; of UDP, 0 means that there is none. */
  static int complement(long sum, boolean udp) {
    int result = ~fold(sum) & 0xffff;
    return udp && result == 0 ? 0xffff : result;
  }

  /**
   * Completes a frame's checksum, whose field has the pseudo header's sum.
   *
   * @param frame where it is, in memory of this process only
   * @param length its bytes
   * @param start where the sum begins
   * @param offset where its field is, from there; both bytes are within the frame
   */
  static void complete(long frame, int length, int start, int offset) {
    // For TCP both 0 and 0xffff are right.
    RawMemory.putShort(
        frame + start + offset, complement(sum(frame + start, length - start), true));
  }
}
