package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;

/** The driver's side of a packed virtqueue; {@link PackedDeviceQueue} draws its layout. */
final class PackedDriverQueue extends DriverQueue {
  private static final int DESC_REST = 8;
  private static final int AVAIL = 1 << 7;
  private static final int USED = 1 << 15;
  private static final int EVENT_FLAGS = 2;
  private static final int EVENT_NONE = 1;
  private static final int EVENT_AT_INDEX = 2;
  private static final int WRAP_BIT = 1 << 15;
  private static final int FLAGS_SHIFT = 48;

  private final int[] entries;
  private final HeadQueue freeIds;
  private final HeadQueue order;
  private int freeEntries;
  private int availAt;
  private int availWrap = 1;
  private int usedAt;
  private int usedWrap = 1;
  private int batched;

  /** The first descriptor added and not published, and what its second half will be. */
  private int firstAt;

  private long firstRest;
  private int unpublished;
  private int firstWrap;

  PackedDriverQueue(int size, long features, long descriptors, long driverArea, long deviceArea) {
    super(size, features, descriptors, driverArea, deviceArea);
    entries = new int[size];
    freeIds = new HeadQueue(size);
    order = new HeadQueue(size);
    for (int i = 0; i < size; i++) {
      freeIds.add(i);
    }
    freeEntries = size;
  }

  @Override
  public int add(long[] guestAddresses, int[] bytes, int segments, boolean deviceWritable) {
    boolean table = indirect(segments);
    int needed = table ? 1 : segments;
    if (freeEntries < needed) {
      return NONE;
    }
    int id = freeIds.get(0);
    freeIds.remove(1);
    int flags = deviceWritable ? DeviceQueue.DESC_WRITE : 0;
    if (table) {
      writeTable(id, guestAddresses, bytes, segments, deviceWritable, false);
      write(tableGuestAddress(id), segments * DeviceQueue.DESC_SIZE, id, DeviceQueue.DESC_INDIRECT);
    } else {
      for (int i = 0; i < segments; i++) {
        int more = i + 1 < segments ? DeviceQueue.DESC_NEXT : 0;
        write(guestAddresses[i], bytes[i], id, flags | more);
      }
    }
    entries[id] = needed;
    freeEntries -= needed;
    if (inOrder) {
      order.add(id);
    }
    return id;
  }

  private void write(long guestAddress, int bytes, int id, int flags) {
    long at = descriptors + (long) availAt * DeviceQueue.DESC_SIZE;
    RawMemory.putLong(at, guestAddress);
    long rest = rest(bytes, id, flags | (availWrap == 1 ? AVAIL : USED));
    if (unpublished++ == 0) {
      // The device must not see it before the rest of the batch.
      firstAt = availAt;
      firstWrap = availWrap;
      firstRest = rest;
    } else {
      RawMemory.putLong(at + DESC_REST, rest);
    }
    if (++availAt == size) {
      availAt = 0;
      availWrap ^= 1;
    }
  }

  @Override
  public boolean publish() {
    int count = unpublished;
    if (count == 0) {
      return false;
    }
    unpublished = 0;
    // Release: the device that sees the first sees the others, and the buffers.
    RawMemory.putLongRelease(
        descriptors + (long) firstAt * DeviceQueue.DESC_SIZE + DESC_REST, firstRest);
    // The device asks for kicks, then looks at the descriptor; here it is the other way round.
    VarHandle.fullFence();
    int event = RawMemory.getIntAcquire(deviceArea);
    int flags = (event >>> 16) & 3;
    if (flags != EVENT_AT_INDEX || !eventIndex) {
      return flags != EVENT_NONE;
    }
    int distance = (event & (WRAP_BIT - 1)) - firstAt;
    if (((event & WRAP_BIT) != 0 ? 1 : 0) != firstWrap) {
      distance += size;
    }
    return distance >= 0 && distance < count;
  }

  @Override
  public int poll() {
    if (batched > 0) {
      return takeInOrder();
    }
    // One access, so that id and length are of these flags. Acquire: the buffer is read after them.
    long rest =
        RawMemory.getLongAcquire(descriptors + (long) usedAt * DeviceQueue.DESC_SIZE + DESC_REST);
    if (!isUsed((int) (rest >>> FLAGS_SHIFT))) {
      return NONE;
    }
    int id = (int) (rest >>> 32) & 0xffff;
    usedLength = (int) rest;
    if (inOrder) {
      // One descriptor may stand for a batch, and has the id of the last.
      do {
        advance(entries[order.get(batched)]);
        batched++;
      } while (order.get(batched - 1) != id);
      return takeInOrder();
    }
    advance(entries[id]);
    return release(id);
  }

  private boolean isUsed(int flags) {
    return (flags & (AVAIL | USED)) == (usedWrap == 1 ? AVAIL | USED : 0);
  }

  private void advance(int count) {
    usedAt += count;
    if (usedAt >= size) {
      usedAt -= size;
      usedWrap ^= 1;
    }
  }

  private int takeInOrder() {
    batched--;
    int id = order.get(0);
    order.remove(1);
    return release(id);
  }

  private int release(int id) {
    freeEntries += entries[id];
    freeIds.add(id);
    return id;
  }

  @Override
  public boolean enableCalls() {
    if (eventIndex) {
      RawMemory.putIntRelease(driverArea, usedAt | (usedWrap << 15) | (EVENT_AT_INDEX << 16));
    } else {
      RawMemory.putShort(driverArea + EVENT_FLAGS, 0);
    }
    // The device uses buffers, then looks whether to call; here it is the other way round.
    VarHandle.fullFence();
    return batched > 0
        || isUsed(
            RawMemory.getShort(
                descriptors + (long) usedAt * DeviceQueue.DESC_SIZE + DESC_REST + 6));
  }

  @Override
  public void disableCalls() {
    RawMemory.putShort(driverArea + EVENT_FLAGS, EVENT_NONE);
  }
}
