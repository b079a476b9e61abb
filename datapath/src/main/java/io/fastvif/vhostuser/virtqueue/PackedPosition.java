package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_NET_F_MRG_RXBUF;

/**
 * Whether a packed ring can be where a frontend says that it goes on. Its place is in no memory
 * that is shared: a backend that is killed takes it along, and QEMU then says to the next one the
 * place where the ring was started long ago. Descriptors show that: those before the place have
 * been used in its round, those from there on have not.
 *
 * <p>As buffers are used in order, of a descriptor in a round with wrap counter 1 (with 0 it is the
 * other way round) the flags are
 *
 * <pre>
 * avail used
 *   0    0    used in the round before, or never
 *   1    0    available; or not the first of its buffer, which nobody marks as used
 *   1    1    used
 *   0    1    available in the next round
 * </pre>
 */
final class PackedPosition {
  private static final int FLAGS = 14;
  private static final int NEXT = DeviceQueue.DESC_NEXT;
  private static final int WRAP_SHIFT = 15;
  private static final int WRAP_BIT = 1 << WRAP_SHIFT;
  private static final int AVAIL_SHIFT = 7;
  private static final int USED_SHIFT = 15;
  private static final long MERGEABLE = 1L << VIRTIO_NET_F_MRG_RXBUF;

  private PackedPosition() {}

  /**
   * Where a ring goes on. A frontend that says 0 of a ring that nobody has used means its beginning
   * (User Mode Linux does): the wrap counter is 1 there, which 0 does not say.
   *
   * @param setup the ring, with what the frontend says
   * @param descriptors its descriptors, in this process
   * @return as in SET_VRING_BASE: index and wrap counter
   * @throws BrokenRingException if that cannot be
   */
  static int base(RingSetup setup, long descriptors) {
    int base = setup.base();
    if (!isRefuted(setup, descriptors, base & WRAP_BIT - 1, base >>> WRAP_SHIFT & 1)) {
      return base;
    }
    if (base == 0 && !isRefuted(setup, descriptors, 0, 1)) {
      return WRAP_BIT;
    }
    throw new BrokenRingException(
        "the packed ring was in use before, and where it goes on is not known: after a backend was"
            + " lost the guest has to reset its device");
  }

  /** Whether some descriptor cannot be as it is; false if it cannot be told. */
  private static boolean isRefuted(RingSetup setup, long descriptors, int position, int wrap) {
    int size = setup.size();
    // In rings whose buffers may have several descriptors, the others stay as the driver left them.
    boolean single = setup.deviceWritable() && setup.has(MERGEABLE) && !hasChain(descriptors, size);
    for (int i = 0; i < size; i++) {
      int flags = flags(descriptors, i);
      boolean avail = (flags >>> AVAIL_SHIFT & 1) == wrap;
      boolean used = (flags >>> USED_SHIFT & 1) == wrap;
      boolean impossible = i >= position ? used && (avail || single) : !used && (!avail || single);
      if (impossible) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasChain(long descriptors, int size) {
    for (int i = 0; i < size; i++) {
      if ((flags(descriptors, i) & NEXT) != 0) {
        return true;
      }
    }
    return false;
  }

  private static int flags(long descriptors, int i) {
    return RawMemory.getShort(descriptors + (long) i * DeviceQueue.DESC_SIZE + FLAGS);
  }
}
