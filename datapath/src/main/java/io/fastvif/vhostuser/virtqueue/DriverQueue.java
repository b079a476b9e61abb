package io.fastvif.vhostuser.virtqueue;

/**
 * The driver's side of a virtqueue, for frontends in this process. It trusts its device. One thread
 * uses it; nothing allocates.
 *
 * <p>Buffers are added and then published together; an id is taken until {@link #poll} has returned
 * it. The ring's three areas must be zeroed beforehand and belong to the queue.
 */
public abstract sealed class DriverQueue permits SplitDriverQueue, PackedDriverQueue {
  /** Returned by {@link #add} if the ring is full, and by {@link #poll} if nothing was used. */
  public static final int NONE = -1;

  final int size;
  final long descriptors;
  final long driverArea;
  final long deviceArea;
  final boolean eventIndex;
  final boolean inOrder;
  final long[] addresses;
  final int[] lengths;
  int usedLength;

  private long tables;
  private long tablesGuestAddress;
  private int tableEntries;

  DriverQueue(int size, long features, long descriptors, long driverArea, long deviceArea) {
    this.size = size;
    this.descriptors = descriptors;
    this.driverArea = driverArea;
    this.deviceArea = deviceArea;
    eventIndex = VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX);
    inOrder = VirtioFeatures.has(features, VirtioFeatures.IN_ORDER);
    addresses = new long[1];
    lengths = new int[1];
  }

  /**
   * Makes a queue of the layout that the features say.
   *
   * @param size entries, for a split ring a power of two
   * @param features the negotiated ones
   * @param descriptors where {@link RingSetup#descriptorBytes} zeros are, in this process
   * @param driverArea where {@link RingSetup#driverBytes} zeros are, in this process
   * @param deviceArea where {@link RingSetup#deviceBytes} zeros are, in this process
   */
  public static DriverQueue create(
      int size, long features, long descriptors, long driverArea, long deviceArea) {
    return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)
        ? new PackedDriverQueue(size, features, descriptors, driverArea, deviceArea)
        : new SplitDriverQueue(size, features, descriptors, driverArea, deviceArea);
  }

  /**
   * Uses indirect tables for buffers of several segments from now on.
   *
   * @param address where the tables may lie, in this process: as many as the ring has entries
   * @param guestAddress the same as the guest counts
   * @param entries segments that fit into each table, 16 bytes per segment
   */
  public void useIndirectTables(long address, long guestAddress, int entries) {
    tables = address;
    tablesGuestAddress = guestAddress;
    tableEntries = entries;
  }

  /**
   * Adds a buffer of one segment.
   *
   * @param guestAddress where it begins, as the guest counts
   * @param length its bytes
   * @param deviceWritable whether the device writes into it
   * @return its id, or {@link #NONE} if the ring is full
   */
  public int add(long guestAddress, int length, boolean deviceWritable) {
    addresses[0] = guestAddress;
    lengths[0] = length;
    return add(addresses, lengths, 1, deviceWritable);
  }

  /**
   * Adds a buffer.
   *
   * @param guestAddresses where its segments begin, as the guest counts
   * @param bytes how long each is
   * @param segments how many there are
   * @param deviceWritable whether the device writes into it
   * @return its id, or {@link #NONE} if the ring is full
   */
  public abstract int add(long[] guestAddresses, int[] bytes, int segments, boolean deviceWritable);

  /**
   * Makes the added buffers available.
   *
   * @return whether the device wants a kick
   */
  public abstract boolean publish();

  /**
   * Takes the next used buffer.
   *
   * @return its id, or {@link #NONE}
   */
  public abstract int poll();

  /** Asks for a call when something is used. Returns whether something is already. */
  public abstract boolean enableCalls();

  /** Asks for no calls. */
  public abstract void disableCalls();

  /** How many bytes the device wrote into the buffer that {@link #poll} returned last. */
  public int usedLength() {
    return usedLength;
  }

  /** Whether a buffer of that many segments goes through an indirect table. */
  final boolean indirect(int segments) {
    return segments > 1 && segments <= tableEntries;
  }

  final long tableGuestAddress(int slot) {
    return tablesGuestAddress + (long) slot * tableEntries * DeviceQueue.DESC_SIZE;
  }

  /** Writes an indirect table; {@code next} is what a split ring has in its place. */
  final void writeTable(
      int slot, long[] guestAddresses, int[] bytes, int segments, boolean writable, boolean split) {
    long table = tables + (long) slot * tableEntries * DeviceQueue.DESC_SIZE;
    for (int i = 0; i < segments; i++) {
      long at = table + (long) i * DeviceQueue.DESC_SIZE;
      int flags = writable ? DeviceQueue.DESC_WRITE : 0;
      int next = 0;
      if (split && i + 1 < segments) {
        flags |= DeviceQueue.DESC_NEXT;
        next = i + 1;
      }
      RawMemory.putLong(at, guestAddresses[i]);
      RawMemory.putLong(at + 8, split ? rest(bytes[i], flags, next) : rest(bytes[i], 0, flags));
    }
  }

  /** Length and two 16-bit fields as the second half of a descriptor. */
  static long rest(int bytes, int low, int high) {
    return (bytes & 0xffffffffL) | ((long) low << 32) | ((long) high << 48);
  }
}
