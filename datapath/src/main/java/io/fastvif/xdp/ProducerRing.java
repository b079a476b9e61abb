package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/**
 * A ring that this process fills and the kernel empties: fill or transmit. The two numbers count
 * for ever; what is between them is the kernel's.
 */
final class ProducerRing {
  private final RingMapping at;
  private final int size;
  private int produced;

  /** What the kernel had consumed when it was looked at last. */
  private int consumed;

  ProducerRing(RingMapping at, int size) {
    this.at = at;
    this.size = size;
  }

  /** Goes on where another process has stopped. */
  void goOn() {
    produced = RawMemory.getIntAcquire(at.producer());
    consumed = RawMemory.getIntAcquire(at.consumer());
  }

  /** How many entries may be put. */
  int free() {
    int free = size - (produced - consumed);
    return free > 0 ? free : size - pending();
  }

  /** How many entries the kernel has not taken yet, of those that were given to it and later. */
  int pending() {
    // Acquire: an entry is written anew after the kernel has read it.
    consumed = RawMemory.getIntAcquire(at.consumer());
    return produced - consumed;
  }

  /** Puts a frame's place in the next entry, which is free; the fill ring's. */
  void put(long place) {
    RawMemory.putLong(at.entry(produced++ & size - 1, Long.BYTES), place);
  }

  /** Puts a frame in the next entry, which is free; the transmit ring's. */
  void put(long place, int length) {
    long entry = at.entry(produced++ & size - 1, XskRings.DESCRIPTOR);
    RawMemory.putLong(entry, place);
    RawMemory.putLong(entry + XskRings.LENGTH, length);
  }

  /** Gives the kernel what was put. */
  void submit() {
    // Release: the kernel that sees the number sees the entries, and the frames.
    RawMemory.putIntRelease(at.producer(), produced);
  }

  /**
   * Whether the kernel has to be called to go on. It may have said so just after this was read, and
   * may not have seen what was submitted just before: who goes to sleep puts a full fence between
   * the two, or makes a system call in any case.
   */
  boolean needsWakeUp() {
    return (RawMemory.getInt(at.flags()) & XDP_RING_NEED_WAKEUP) != 0;
  }
}
