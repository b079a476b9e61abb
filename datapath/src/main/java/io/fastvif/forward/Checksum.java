package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/** The Internet checksum (RFC 1071), for receivers that do not complete it themselves. */
final class Checksum {
  private Checksum() {}

  /**
   * Completes a frame's checksum, whose field has the pseudo header's sum.
   *
   * @param frame where it is, in memory of this process only
   * @param length its bytes
   * @param start where the sum begins
   * @param offset where its field is, from there; both bytes are within the frame
   */
  static void complete(long frame, int length, int start, int offset) {
    long sum = 0;
    int i = start;
    for (; i + 1 < length; i += 2) {
      sum += RawMemory.getShort(frame + i);
    }
    if (i < length) {
      sum += RawMemory.getByte(frame + i);
    }
    // The byte order does not matter to a ones' complement sum, if the result is stored in the
    // same.
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    int result = (int) ~sum & 0xffff;
    // Of UDP, 0 means that there is no sum; for TCP both values are right.
    RawMemory.putShort(frame + start + offset, result == 0 ? 0xffff : result);
  }
}
