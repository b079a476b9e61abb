package io.fastvif.forward;

/** Why frames did not arrive. */
public enum DropReason {
  /** The receiver had no room, also after a while. */
  NO_ROOM(0),

  /** The receiver is not there: its ring is not started. */
  NOT_STARTED(1),

  /** The sender's or the receiver's ring is not enabled. */
  NOT_ENABLED(2),

  /** Shorter than a virtio-net header and an Ethernet header. */
  TOO_SHORT(3),

  /** Longer than a buffer of the receiver, which does not take frames in several. */
  TOO_LONG(4),

  /** A virtio-net header that contradicts itself or the frame. */
  BAD_HEADER(5),

  /** A frame to be segmented, for a receiver that does not do so. */
  NOT_SEGMENTED(6),

  /** The kernel refused it. */
  REFUSED(7);

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
