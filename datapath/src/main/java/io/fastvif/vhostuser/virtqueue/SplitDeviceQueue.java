package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;

/**
 * The device's side of a split virtqueue (virtio 1.2, 2.7).
 *
 * <pre>
 * descriptor, 16 bytes      available ring              used ring
 * +---------------------+   +--------------------+      +---------------------------+
 * | address          8  |   | flags           2  |      | flags                  2  |
 * | length           4  |   | idx             2  |      | idx                    2  |
 * | flags            2  |   | ring[size]      2  |      | ring[size] {id 4, len 4}  |
 * | next             2  |   | used_event      2  |      | avail_event            2  |
 * +---------------------+   +--------------------+      +---------------------------+
 * </pre>
 */
final class SplitDeviceQueue extends DeviceQueue {
  private static final int IDX = 2;
  private static final int RING = 4;
  private static final int NO_INTERRUPT = 1;
  private static final int NO_NOTIFY = 1;
  private static final int WRAP = 0xffff;

  private final int mask;
  private final SplitInflight inflight;
  private int nextAvail;
  private int usedIdx;

  /**
   * The driver's index as it was read last. It is read again only when that is not enough: its
   * cache line is the driver's, who writes it all the time.
   */
  private int seenIdx;

  /** Nobody reads it; see {@link #touch}. */
  @SuppressWarnings("unused")
  private int touched;

  /** Buffers that the last peek showed and that are not completed. */
  private int peeked;

  SplitDeviceQueue(RingSetup setup, long inflightRegion) {
    super(setup);
    mask = size - 1;
    usedIdx = RawMemory.getShortAcquire(deviceArea + IDX);
    if (inflightRegion == 0) {
      inflight = null;
      // As buffers are used in order, all that is not used is to be fetched (again), whatever the
      // base of a frontend says that could not ask a killed backend for it.
      nextAvail = usedIdx;
    } else {
      inflight = new SplitInflight(inflightRegion, size, usedIdx);
      nextAvail = (usedIdx + inflight.toResubmit()) & WRAP;
    }
    seenIdx = nextAvail;
    disableKicks();
  }

  @Override
  public int peek(BufferBurst burst, int max) {
    burst.clear();
    if (isBroken()) {
      return BROKEN;
    }
    if (inflight != null && inflight.toResubmit() > 0) {
      return peekResubmitted(burst, max);
    }
    int first = nextAvail;
    int wanted = Math.min(max, burst.capacity());
    int available = (seenIdx - first) & WRAP;
    if (available < wanted) {
      // Acquire: the entries and descriptors before the index, and the buffers, are read after it.
      seenIdx = RawMemory.getShortAcquire(driverArea + IDX);
      available = (seenIdx - first) & WRAP;
      if (available == 0) {
        peeked = 0;
        return 0;
      }
      if (available > size) {
        return broken(
            "available index " + seenIdx + " is " + available + " ahead in a ring of " + size);
      }
    }
    int n = Math.min(available, wanted);
    long ring = driverArea + RING;
    long table = descriptors;
    int ringMask = mask;
    int plain = deviceWritable ? DESC_WRITE : 0;
    touch(burst, ring, first, n);
    int i = peekPlain(burst, n);
    for (; i < n; i++) {
      int head = RawMemory.getShort(ring + 2L * ((first + i) & ringMask));
      if (head > ringMask) {
        burst.clear();
        return broken("descriptor " + head + " in a table of " + size);
      }
      long at = table + (long) head * DESC_SIZE;
      long guestAddress = RawMemory.getLong(at);
      long rest = RawMemory.getLong(at + 8);
      int length = (int) rest;
      int flags = (int) (rest >>> 32) & 0xffff;
      if (flags == plain && length > 0) {
        long address = memory.translate(guestAddress, length);
        if (address != 0) {
          burst.add(head, address, guestAddress, length);
          continue;
        }
      }
      if (burst.isFull()) {
        break;
      }
      if (!chain(burst, head, guestAddress, rest)) {
        burst.clear();
        return BROKEN;
      }
    }
    peeked = i;
    if (inflight != null) {
      inflight.track(burst, i);
    }
    return i;
  }

  /**
   * Reads the heads, and a word of each of their descriptors so that these are on their way from
   * the driver's processor at once. Those words are not used.
   */
  private void touch(BufferBurst burst, long ring, int first, int n) {
    int[] heads = burst.id;
    long table = descriptors;
    int ringMask = mask;
    int sum = 0;
    for (int i = 0; i < n; i++) {
      int head = RawMemory.getShort(ring + 2L * ((first + i) & ringMask));
      heads[i] = head;
      sum += RawMemory.getInt(table + (long) (head & ringMask) * DESC_SIZE);
    }
    touched = sum;
  }

  /**
   * Peeks at buffers of one descriptor each whose heads were read already, up to one of another
   * sort, or one that is not in a single region. Returns how many. What the loop uses stays in
   * registers.
   */
  private int peekPlain(BufferBurst burst, int n) {
    int[] heads = burst.id;
    int[] length = burst.length;
    long[] address = burst.address;
    long[] guestAddress = burst.guestAddress;
    long table = descriptors;
    int ringMask = mask;
    int plain = deviceWritable ? DESC_WRITE : 0;
    int i = 0;
    for (; i < n; i++) {
      int head = heads[i];
      long at = table + (long) (head & ringMask) * DESC_SIZE;
      long guestAt = RawMemory.getLong(at);
      long rest = RawMemory.getLong(at + 8);
      int bytes = (int) rest;
      if (head > ringMask || ((int) (rest >>> 32) & 0xffff) != plain || bytes <= 0) {
        break;
      }
      long host = memory.translate(guestAt, bytes);
      if (host == 0) {
        break;
      }
      length[i] = bytes;
      address[i] = host;
      guestAddress[i] = guestAt;
    }
    burst.plainCount(i);
    return i;
  }

  /** Walks a chain whose first descriptor was read already. */
  private boolean chain(BufferBurst burst, int head, long firstAddress, long firstRest) {
    burst.begin(head);
    long guestAddress = firstAddress;
    long rest = firstRest;
    long table = descriptors;
    int entries = size;
    boolean indirect = false;
    int seen = 0;
    while (true) {
      int length = (int) rest;
      int flags = (int) (rest >>> 32) & 0xffff;
      int next;
      if ((flags & DESC_INDIRECT) != 0) {
        if (indirect) {
          broken("an indirect table in an indirect table");
          return false;
        }
        table = indirectTable(guestAddress, length, flags);
        if (table == 0) {
          return false;
        }
        indirect = true;
        entries = length / DESC_SIZE;
        seen = 0;
        next = 0;
      } else {
        if (!rightDirection(flags) || !append(burst, guestAddress, length)) {
          return false;
        }
        if ((flags & DESC_NEXT) == 0) {
          break;
        }
        next = (int) (rest >>> 48);
      }
      if (next >= entries) {
        broken("descriptor " + next + " in a table of " + entries);
        return false;
      }
      if (++seen > entries || seen > BufferBurst.MAX_SEGMENTS) {
        broken("a chain that has a loop or more than " + (seen - 1) + " descriptors");
        return false;
      }
      long at = table + (long) next * DESC_SIZE;
      guestAddress = RawMemory.getLong(at);
      rest = RawMemory.getLong(at + 8);
    }
    burst.end(head, 1);
    return true;
  }

  private int peekResubmitted(BufferBurst burst, int max) {
    int n = Math.min(inflight.toResubmit(), Math.min(max, burst.capacity()));
    int i = 0;
    for (; i < n && !burst.isFull(); i++) {
      int head = inflight.resubmitted(i);
      long at = descriptors + (long) head * DESC_SIZE;
      if (!chain(burst, head, RawMemory.getLong(at), RawMemory.getLong(at + 8))) {
        burst.clear();
        return BROKEN;
      }
    }
    peeked = 0;
    return i;
  }

  @Override
  public void complete(BufferBurst burst, int n) {
    if (n == 0) {
      return;
    }
    int old = usedIdx;
    long ring = deviceArea + RING;
    int ringMask = mask;
    int[] id = burst.id;
    int[] written = burst.written;
    for (int i = 0; i < n; i++) {
      // Perhaps at a multiple of 4 only, so not in one access; the index makes it seen whole.
      long element = (id[i] & 0xffffffffL) | ((long) written[i] << 32);
      RawMemory.putLong(ring + 8L * ((old + i) & ringMask), element);
    }
    if (log != null) {
      logBuffers(burst, n); // who takes over a killed one's ring does not know of them
    }
    int idx = (old + n) & WRAP;
    // Release: the driver that sees the index sees the elements and what is in the buffers, and
    // what
    // was read of these was read before it uses them anew.
    if (inflight == null) {
      nextAvail = (nextAvail + n) & WRAP;
      RawMemory.putShortRelease(deviceArea + IDX, idx);
    } else {
      if (inflight.toResubmit() == 0) {
        nextAvail = (nextAvail + n) & WRAP;
      }
      inflight.completing(burst, n);
      RawMemory.putShortRelease(deviceArea + IDX, idx);
      inflight.completed(burst, n, idx);
    }
    if (log != null) {
      logUsed(n, old);
    }
    usedIdx = idx;
    peeked = Math.max(0, peeked - n);
    if (hasCallDescriptor() && wantsCall(old, idx)) {
      call();
    }
  }

  private boolean wantsCall(int old, int idx) {
    // The driver asks for calls, then looks at the index; here it is the other way round. A release
    // store may be overtaken by the load that follows, on every processor: it takes a full fence.
    VarHandle.fullFence();
    if (eventIndex) {
      int event = RawMemory.getShort(driverArea + RING + 2L * size);
      return ((idx - event - 1) & WRAP) < ((idx - old) & WRAP);
    }
    return (RawMemory.getShort(driverArea) & NO_INTERRUPT) == 0;
  }

  private void logUsed(int n, int old) {
    int from = old & mask;
    int straight = Math.min(n, size - from);
    logDeviceArea(RING + 8L * from, 8L * straight);
    logDeviceArea(RING, 8L * (n - straight));
    logDeviceArea(0, RING);
  }

  @Override
  void logRing() {
    logDeviceArea(0, RingSetup.deviceBytes(size, false));
  }

  @Override
  public int stop() {
    if (inflight != null) {
      inflight.release();
      return inflight.toResubmit() > 0 ? usedIdx : nextAvail;
    }
    return nextAvail;
  }

  @Override
  public boolean enableKicks() {
    int next = (nextAvail + peeked) & WRAP;
    if (eventIndex) {
      RawMemory.putShort(deviceArea + RING + 8L * size, next);
      logEvent(RING + 8L * size);
    } else {
      RawMemory.putShort(deviceArea, 0);
      logEvent(0);
    }
    // The driver publishes buffers, then looks whether to kick; here it is the other way round.
    VarHandle.fullFence(); // as in wantsCall
    return RawMemory.getShortAcquire(driverArea + IDX) != next;
  }

  @Override
  public void disableKicks() {
    if (!eventIndex) {
      RawMemory.putShort(deviceArea, NO_NOTIFY);
      logEvent(0);
    }
  }

  private void logEvent(long offset) {
    if (log != null) {
      logDeviceArea(offset, Short.BYTES);
    }
  }
}
