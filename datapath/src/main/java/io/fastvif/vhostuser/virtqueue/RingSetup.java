package io.fastvif.vhostuser.virtqueue;

import io.fastvif.vhostuser.memory.GuestMemoryView;

/**
 * Size, layout and place of a ring. The three areas are user addresses of the frontend; their names
 * in the specifications:
 *
 * <pre>
 *              split ring          packed ring                  vhost-user
 * descriptors  descriptor table    descriptor ring              descriptor
 * driverArea   available ring      driver event suppression     available
 * deviceArea   used ring           device event suppression     used
 * </pre>
 *
 * @param size entries: 1 to 32,768, in split rings a power of two
 * @param features the negotiated ones
 * @param deviceWritable whether the device writes into the buffers: true for the guest's receive
 *     queues
 * @param memory where the ring and the buffers lie; used by the queue's thread only
 * @param descriptors the frontend's address of the descriptors
 * @param driverArea the frontend's address of what the driver writes
 * @param deviceArea the frontend's address of what the device writes
 * @param base where to begin, as SET_VRING_BASE has it
 */
public record RingSetup(
    int size,
    long features,
    boolean deviceWritable,
    GuestMemoryView memory,
    long descriptors,
    long driverArea,
    long deviceArea,
    int base) {

  /** The most entries that a ring can have. */
  public static final int MAX_SIZE = 32768;

  private static final int DESCRIPTOR_SIZE = 16;
  private static final int EVENT_SIZE = 4;
  private static final int PACKED_INDEX = 0x7fff;

  /**
   * Checks the numbers; whether the areas are in the memory is found out later.
   *
   * @throws IllegalArgumentException if one is against the specification
   */
  public RingSetup {
    boolean packed = VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    if (size < 1 || size > MAX_SIZE || (!packed && Integer.bitCount(size) != 1)) {
      throw new IllegalArgumentException("a ring of " + size + " entries");
    }
    if (packed && (base & PACKED_INDEX) >= size) {
      throw new IllegalArgumentException(
          "base " + (base & PACKED_INDEX) + " in a ring of " + size + " entries");
    }
  }

  /** Bytes of the descriptors of a ring. */
  public static long descriptorBytes(int size) {
    return (long) size * DESCRIPTOR_SIZE;
  }

  /** Bytes of what the driver writes: flags, index, entries and used_event of a split ring. */
  public static long driverBytes(int size, boolean packed) {
    return packed ? EVENT_SIZE : 6 + 2L * size;
  }

  /** Bytes of what the device writes: flags, index, entries and avail_event of a split ring. */
  public static long deviceBytes(int size, boolean packed) {
    return packed ? EVENT_SIZE : 6 + 8L * size;
  }

  boolean has(long feature) {
    return VirtioFeatures.has(features, feature);
  }
}
