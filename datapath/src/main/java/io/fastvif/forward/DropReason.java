package io.fastvif.forward;

/** Why a frame was dropped. */
public enum DropReason {
  /** The receiver had no free buffers, even after a wait. */
  NO_BUFFERS(0),

  /** The receiver's ring is not started. */
  NOT_STARTED(1),

  /** The sender's or the receiver's ring is not enabled. */
  NOT_ENABLED(2),

  /** It is shorter than a virtio-net header and an Ethernet header. */
  TOO_SHORT(3),

  /** It is longer than a buffer of the receiver, which does not take frames in several buffers. */
  TOO_LONG(4),

  /** Its virtio-net header contradicts itself or the frame. */
  BAD_HEADER(5),

  /** It needs segmentation, and the receiver did not negotiate that. */
  NOT_SEGMENTED(6),

  /** The kernel refused it. */
  REFUSED(7),

  /** Its receiver gets no more than a rate, and it has waited for that for a while. */
  OVER_RATE(8);

  private static final int COUNT = values().length;

  private final int slot;

  DropReason(int slot) {
    this.slot = slot;
  }

  /** Its place among the counters. */
  int slot() {
    return slot;
  }

  static int count() {
    return COUNT;
  }
}
