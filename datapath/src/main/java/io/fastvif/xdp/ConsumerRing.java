package io.fastvif.xdp;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/** A ring that the kernel fills and this process empties: receive or completion. */
final class ConsumerRing {
  private final RingMapping at;
  private final int size;
  private int consumed;

  /** What the kernel had produced when it was looked at last. */
  private int produced;

  ConsumerRing(RingMapping at, int size) {
    this.at = at;
    this.size = size;
  }

  /** Goes on where another process has stopped. */
  void goOn() {
    consumed = RawMemory.getIntAcquire(at.consumer());
    produced = consumed;
  }

  /** How many entries there are, at most so many. */
  int available(int max) {
    if (produced - consumed < max) {
      // Acquire: entries and frames are read after the number.
      produced = RawMemory.getIntAcquire(at.producer());
    }
    return Math.min(produced - consumed, max);
  }

  /** Where the frame of an entry is, from the first available one on; the completion ring's. */
  long place(int ahead) {
    return RawMemory.getLong(at.entry(consumed + ahead & size - 1, Long.BYTES));
  }

  /** The address of an entry, from the first available one on; the receive ring's. */
  long descriptor(int ahead) {
    return at.entry(consumed + ahead & size - 1, XskRings.DESCRIPTOR);
  }

  /** Gives the first entries back to the kernel. */
  void release(int n) {
    consumed += n;
    // Release: the kernel writes an entry anew after it was read here.
    RawMemory.putIntRelease(at.consumer(), consumed);
  }
}
