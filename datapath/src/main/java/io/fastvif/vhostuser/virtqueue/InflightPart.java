package io.fastvif.vhostuser.virtqueue;

/**
 * What the parts of the in-flight area have in common in both layouts (vhost-user, "Inflight I/O
 * tracking"). The frontend keeps the memory, and could change it: what is read from it is checked
 * like all else.
 */
final class InflightPart {
  private static final int VERSION_OFFSET = 8;
  private static final int SIZE_OFFSET = 10;

  /** The only version there is; 0 is a part that was never used. */
  private static final int VERSION = 1;

  private InflightPart() {}

  /** Whether a part tells what an earlier process had taken from a queue of that size. */
  static boolean isReady(long part, int queueSize) {
    return RawMemory.getShort(part + VERSION_OFFSET) == VERSION
        && RawMemory.getShort(part + SIZE_OFFSET) == queueSize;
  }

  /** Says that a part can be gone on from: after all else of it was written. */
  static void ready(long part, int queueSize) {
    RawMemory.putShort(part + SIZE_OFFSET, queueSize);
    RawMemory.putShortRelease(part + VERSION_OFFSET, VERSION);
  }
}
