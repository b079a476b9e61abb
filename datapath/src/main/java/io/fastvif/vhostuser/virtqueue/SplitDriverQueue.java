package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;

/** The driver's side of a split virtqueue; {@link SplitDeviceQueue} draws its layout. */
final class SplitDriverQueue extends DriverQueue {
  private static final int IDX = 2;
  private static final int RING = 4;
  private static final int NO_NOTIFY = 1;
  private static final int NO_INTERRUPT = 1;
  private static final int WRAP = 0xffff;

  private final int mask;
  private final int[] next;
  private final int[] chainLength;
  private final HeadQueue order;
  private int free;
  private int freeCount;
  private int availIdx;
  private int publishedIdx;
  private int usedIdx;
  private int batched;

  SplitDriverQueue(int size, long features, long descriptors, long driverArea, long deviceArea) {
    super(size, features, descriptors, driverArea, deviceArea);
    mask = size - 1;
    next = new int[size];
    chainLength = new int[size];
    order = new HeadQueue(size);
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
    }
    freeCount = size;
  }

  @Override
  public int add(long[] guestAddresses, int[] bytes, int segments, boolean deviceWritable) {
    boolean table = indirect(segments);
    int needed = table ? 1 : segments;
    if (freeCount < needed) {
      return NONE;
    }
    int head = free;
    int flags = deviceWritable ? DeviceQueue.DESC_WRITE : 0;
    if (table) {
      writeTable(head, guestAddresses, bytes, segments, deviceWritable, true);
      free = next[head];
      write(
          head,
          tableGuestAddress(head),
          segments * DeviceQueue.DESC_SIZE,
          DeviceQueue.DESC_INDIRECT,
          0);
    } else {
      int at = head;
      for (int i = 0; i < segments; i++) {
        int following = next[at];
        boolean more = i + 1 < segments;
        write(
            at,
            guestAddresses[i],
            bytes[i],
            flags | (more ? DeviceQueue.DESC_NEXT : 0),
            more ? following : 0);
        at = following;
      }
      free = at;
    }
    freeCount -= needed;
    chainLength[head] = needed;
    RawMemory.putShort(driverArea + RING + 2L * (availIdx & mask), head);
    availIdx = (availIdx + 1) & WRAP;
    if (inOrder) {
      order.add(head);
    }
    return head;
  }

  private void write(int index, long guestAddress, int bytes, int flags, int following) {
    long at = descriptors + (long) index * DeviceQueue.DESC_SIZE;
    RawMemory.putLong(at, guestAddress);
    RawMemory.putLong(at + 8, rest(bytes, flags, following));
  }

  @Override
  public boolean publish() {
    int old = publishedIdx;
    if (old == availIdx) {
      return false;
    }
    publishedIdx = availIdx;
    // Release: the device that sees the index sees descriptors, entries and buffers.
    RawMemory.putShortRelease(driverArea + IDX, availIdx);
    // The device asks for kicks, then looks at the index; here it is the other way round.
    VarHandle.fullFence();
    if (eventIndex) {
      int event = RawMemory.getShort(deviceArea + RING + 8L * size);
      return ((availIdx - event - 1) & WRAP) < ((availIdx - old) & WRAP);
    }
    return (RawMemory.getShort(deviceArea) & NO_NOTIFY) == 0;
  }

  @Override
  public int poll() {
    if (batched > 0) {
      return takeInOrder();
    }
    // Acquire: the element, and what the device wrote into the buffer, are read after the index.
    if (RawMemory.getShortAcquire(deviceArea + IDX) == usedIdx) {
      return NONE;
    }
    long element = RawMemory.getLong(deviceArea + RING + 8L * (usedIdx & mask));
    int head = (int) element;
    usedLength = (int) (element >>> 32);
    if (inOrder) {
      // One element may stand for a batch, and is the last one's.
      do {
        batched++;
      } while (order.get(batched - 1) != head);
      usedIdx = (usedIdx + batched) & WRAP;
      return takeInOrder();
    }
    usedIdx = (usedIdx + 1) & WRAP;
    return release(head);
  }

  private int takeInOrder() {
    batched--;
    int head = order.get(0);
    order.remove(1);
    return release(head);
  }

  private int release(int head) {
    int count = chainLength[head];
    int last = head;
    for (int i = 1; i < count; i++) {
      last = next[last];
    }
    next[last] = free;
    free = head;
    freeCount += count;
    return head;
  }

  @Override
  public boolean enableCalls() {
    if (eventIndex) {
      RawMemory.putShort(driverArea + RING + 2L * size, usedIdx);
    } else {
      RawMemory.putShort(driverArea, 0);
    }
    // The device uses buffers, then looks whether to call; here it is the other way round.
    VarHandle.fullFence();
    return batched > 0 || RawMemory.getShortAcquire(deviceArea + IDX) != usedIdx;
  }

  @Override
  public void disableCalls() {
    if (!eventIndex) {
      RawMemory.putShort(driverArea, NO_INTERRUPT);
    }
  }
}
