package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/**
 * A guest's transmit queue. While it is disabled its frames are discarded, as the specification
 * requires, but only after a kick: without one its memory is not accessed, because the guest may
 * have reset the device and reused it.
 */
final class GuestTransmitQueue extends GuestRing {
  /** Polls between two looks for a kick in a loop that does not sleep: each is a system call. */
  private static final int POLLS = 256;

  private final BufferBurst burst = new BufferBurst(Flow.BURST);
  private int polls;
  private int discarded;

  GuestTransmitQueue(VhostUserPort port, QueuePair pair, int index) {
    super(port, pair, index);
  }

  @Override
  boolean deviceWritable() {
    return false;
  }

  @Override
  void begins() {}

  @Override
  void disabled(boolean began) {
    // Earlier kicks do not count.
    takeKicks();
    if (began) {
      // Its frames wait until the ring is enabled, which most frontends do at once.
      queue.enableKicks();
    } else {
      discard();
    }
  }

  private void discard() {
    boolean more = true;
    // As much as can have been there, so that a guest that keeps adding does not hold the loop.
    for (int left = 2 * queue.size(); more && left > 0; ) {
      int n = queue.peek(burst, Flow.BURST);
      if (n < 0) {
        checkFailure();
        return;
      }
      queue.complete(burst, n);
      discarded += n;
      left -= n;
      more = queue.enableKicks();
    }
  }

  /** Discards the frames of a disabled ring after a kick. Returns how many. */
  int discardIfKicked() {
    if (++polls >= POLLS) {
      polls = 0;
      if (takeKicks()) {
        discard();
      }
    }
    int n = discarded;
    discarded = 0;
    return n;
  }

  @Override
  void afterSleep() {
    polls = POLLS;
    super.afterSleep();
  }
}
