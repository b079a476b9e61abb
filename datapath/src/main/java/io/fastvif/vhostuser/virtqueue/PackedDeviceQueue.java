package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;

/**
 * The device's side of a packed virtqueue (virtio 1.2, 2.8).
 *
 * <pre>
 * descriptor, 16 bytes                 event suppression, 4 bytes
 * +----------------------------+       +------------------------------------+
 * | address                 8  |       | index, bit 15: wrap counter     2  |
 * | length                  4  |       | 0 all, 1 none, 2 at that index  2  |
 * | buffer id               2  |       +------------------------------------+
 * | flags: 7 avail, 15 used 2  |
 * +----------------------------+
 * </pre>
 *
 * As buffers are used in order, the place of the next used descriptor is that of the first
 * available one.
 */
final class PackedDeviceQueue extends DeviceQueue {
  private static final int DESC_REST = 8;
  private static final int AVAIL = 1 << 7;
  private static final int USED = 1 << 15;
  private static final int EVENT_FLAGS = 2;
  private static final int EVENT_ALL = 0;
  private static final int EVENT_NONE = 1;
  private static final int EVENT_AT_INDEX = 2;
  private static final int WRAP_BIT = 1 << 15;
  private static final int FLAGS_SHIFT = 48;
  private static final long ID_MASK = 0xffffL << 32;
  private static final long PLAIN_MASK =
      (long) (AVAIL | USED | DESC_NEXT | DESC_WRITE | DESC_INDIRECT) << FLAGS_SHIFT;

  private final PackedInflight inflight;
  private int position;

  /** The wrap counter, 1 or 0. */
  private int wrap;

  /** Entries that the last peek showed and that are not completed. */
  private int peeked;

  PackedDeviceQueue(RingSetup setup, long inflightPart) {
    super(setup);
    if (inflightPart == 0) {
      inflight = null;
      int base = PackedPosition.base(setup, descriptors);
      position = base & (WRAP_BIT - 1);
      wrap = (base & WRAP_BIT) != 0 ? 1 : 0;
    } else {
      inflight = new PackedInflight(inflightPart, size, setup, descriptors);
      position = inflight.usedIndex();
      wrap = inflight.usedWrap();
    }
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
    int n = Math.min(max, burst.capacity());
    int at = position;
    int counter = wrap;
    int entries = 0;
    int plain = deviceWritable ? DESC_WRITE : 0;
    if (inflight == null) {
      int most = Math.min(n, size);
      entries = peekPlain(burst, at, Math.min(most, size - at), counter);
      at += entries;
      if (at == size) {
        at = 0;
        counter ^= 1;
        int again = peekPlain(burst, 0, most - entries, counter);
        entries += again;
        at = again;
      }
    }
    while (burst.count() < n) {
      long descriptor = descriptors + (long) at * DESC_SIZE;
      // One aligned access: the id and length are no older than the flags, which the driver writes
      // last. Acquire: the rest of the chain, and the buffer, are read after them.
      long rest = RawMemory.getLongAcquire(descriptor + DESC_REST);
      int flags = (int) (rest >>> FLAGS_SHIFT);
      // Available, and not used yet, in this round.
      if ((flags & (AVAIL | USED)) != (counter == 1 ? AVAIL : USED)) {
        break;
      }
      int length = (int) rest;
      long guestAddress = RawMemory.getLong(descriptor);
      int taken = 1;
      long address;
      if ((flags & (DESC_NEXT | DESC_WRITE | DESC_INDIRECT)) == plain
          && length > 0
          && (address = memory.translate(guestAddress, length)) != 0) {
        burst.add((int) (rest >>> 32) & 0xffff, address, guestAddress, length);
      } else {
        if (burst.isFull()) {
          break;
        }
        taken = chain(burst, at, guestAddress, rest);
        if (taken == BROKEN) {
          burst.clear();
          return BROKEN;
        }
      }
      entries += taken;
      if (entries > size) {
        burst.clear();
        return broken("more than the " + size + " entries of the ring are available");
      }
      if (inflight != null && !inflight.track(burst.count() - 1, descriptors, at, taken)) {
        burst.clear();
        return broken("the in-flight area is damaged");
      }
      at += taken;
      if (at >= size) {
        at -= size;
        counter ^= 1;
      }
    }
    peeked = entries;
    return burst.count();
  }

  /**
   * Peeks at buffers of one descriptor each, up to one of another sort, or one that is not in a
   * single region. First all descriptors are seen available, then they are read: with one fence for
   * them all the loop keeps what it uses in registers.
   *
   * @param burst has no others
   * @param at the first descriptor
   * @param most how many of them to look at, up to the ring's end
   * @return how many
   */
  private int peekPlain(BufferBurst burst, int at, int most, int counter) {
    long base = descriptors + (long) at * DESC_SIZE;
    long available = (counter == 1 ? (long) AVAIL : (long) USED) << FLAGS_SHIFT;
    long mask = (long) (AVAIL | USED) << FLAGS_SHIFT;
    long[] rest = burst.rest;
    int ready = 0;
    while (ready < most) {
      long second = RawMemory.getLong(base + (long) ready * DESC_SIZE + DESC_REST);
      if ((second & mask) != available) {
        break;
      }
      rest[ready++] = second;
    }
    VarHandle.acquireFence(); // addresses and buffers are read after all of the flags
    int plain = deviceWritable ? DESC_WRITE : 0;
    int from = burst.count();
    int[] id = burst.id;
    int[] length = burst.length;
    long[] address = burst.address;
    long[] guestAddress = burst.guestAddress;
    int i = 0;
    for (; i < ready; i++) {
      long second = rest[i];
      int bytes = (int) second;
      long guestAt = RawMemory.getLong(base + (long) i * DESC_SIZE);
      int flags = (int) (second >>> FLAGS_SHIFT) & (DESC_NEXT | DESC_WRITE | DESC_INDIRECT);
      if (flags != plain || bytes <= 0) {
        break;
      }
      long host = memory.translate(guestAt, bytes);
      if (host == 0) {
        break;
      }
      id[from + i] = (int) (second >>> 32) & 0xffff;
      length[from + i] = bytes;
      address[from + i] = host;
      guestAddress[from + i] = guestAt;
    }
    burst.plainCount(from + i);
    return i;
  }

  /** Walks a chain whose first descriptor was read already; how many entries it takes. */
  private int chain(BufferBurst burst, int first, long firstAddress, long firstRest) {
    int at = first;
    long guestAddress = firstAddress;
    long rest = firstRest;
    int seen = 1;
    burst.begin(0);
    while (true) {
      int flags = (int) (rest >>> FLAGS_SHIFT);
      if ((flags & DESC_INDIRECT) != 0) {
        if (!indirect(burst, guestAddress, (int) rest, flags)) {
          return BROKEN;
        }
      } else if (!rightDirection(flags) || !append(burst, guestAddress, (int) rest)) {
        return BROKEN;
      }
      if ((flags & DESC_NEXT) == 0) {
        break;
      }
      if (++seen > size || seen > BufferBurst.MAX_SEGMENTS) {
        return broken("a chain of more than " + (seen - 1) + " descriptors");
      }
      at = at + 1 == size ? 0 : at + 1;
      long descriptor = descriptors + (long) at * DESC_SIZE;
      guestAddress = RawMemory.getLong(descriptor);
      rest = RawMemory.getLong(descriptor + DESC_REST);
    }
    burst.end((int) (rest >>> 32) & 0xffff, seen);
    return seen;
  }

  private boolean indirect(BufferBurst burst, long guestAddress, int length, int flags) {
    long table = indirectTable(guestAddress, length, flags);
    if (table == 0) {
      return false;
    }
    int entries = length / DESC_SIZE;
    if (entries > BufferBurst.MAX_SEGMENTS) {
      broken("an indirect table of " + entries + " descriptors");
      return false;
    }
    for (int i = 0; i < entries; i++) {
      long descriptor = table + (long) i * DESC_SIZE;
      long rest = RawMemory.getLong(descriptor + DESC_REST);
      int inner = (int) (rest >>> FLAGS_SHIFT);
      // Of the flags only the direction counts in a table.
      if (!rightDirection(inner) || !append(burst, RawMemory.getLong(descriptor), (int) rest)) {
        return false;
      }
    }
    return true;
  }

  private int peekResubmitted(BufferBurst burst, int max) {
    int n = Math.min(inflight.toResubmit(), Math.min(max, burst.capacity()));
    for (int i = 0; i < n && !burst.isFull(); i++) {
      int head = inflight.resubmitted(i);
      int entries = inflight.entries(head);
      int entry = head;
      long rest = 0;
      burst.begin(0);
      for (int seen = 0; seen < entries; seen++) {
        if (entry >= size) {
          burst.clear();
          return broken("the in-flight area is damaged");
        }
        rest = inflight.rest(entry);
        int flags = (int) (rest >>> FLAGS_SHIFT);
        boolean good =
            (flags & DESC_INDIRECT) != 0
                ? indirect(burst, inflight.address(entry), (int) rest, flags)
                : rightDirection(flags) && append(burst, inflight.address(entry), (int) rest);
        if (!good) {
          burst.clear();
          return BROKEN;
        }
        entry = inflight.next(entry);
      }
      burst.end((int) (rest >>> 32) & 0xffff, entries);
    }
    peeked = 0;
    return burst.count();
  }

  @Override
  public int deliver(
      BufferBurst frames, int most, int skip, boolean empty, int least, int header, int end) {
    if (inflight != null || log != null || isBroken() || !frames.isPlain()) {
      return 0;
    }
    int at = position;
    int counter = wrap;
    int done = 0;
    int straight;
    int run;
    do {
      straight = Math.min(most - done, size - position);
      run = deliverStraight(frames, done, straight, skip, empty, least, header, end);
      done += run;
    } while (run == straight && done < most); // from the ring's end it goes on at its beginning
    if (done > 0 && hasCallDescriptor() && wantsCall(at, counter, done)) {
      call();
    }
    return done;
  }

  /** Up to the ring's end: the first descriptor is written last, since the driver looks at it. */
  private int deliverStraight(
      BufferBurst frames,
      int from,
      int most,
      int skip,
      boolean empty,
      int least,
      int header,
      int end) {
    long base = descriptors + (long) position * DESC_SIZE;
    // Available, and a single one to write into.
    long wanted = (long) ((wrap == 1 ? AVAIL : USED) | DESC_WRITE) << FLAGS_SHIFT;
    long flags = used(0, 0, wrap);
    long[] source = frames.address;
    int[] sourceBytes = frames.length;
    long first = 0;
    int i = 0;
    for (; i < most; i++) {
      long descriptor = base + (long) i * DESC_SIZE;
      // Acquire: the address, and what is written into the buffer, come after the flags.
      long rest = RawMemory.getLongAcquire(descriptor + DESC_REST);
      int room = (int) rest;
      int payload = sourceBytes[from + i] - skip;
      long begin = source[from + i];
      if ((rest & PLAIN_MASK) != wanted
          || payload < least
          || payload + header > room
          || (empty && RawMemory.getShort(begin) != 0)) {
        break;
      }
      long to = memory.translate(RawMemory.getLong(descriptor), room);
      if (to == 0) {
        break;
      }
      BufferBurst.copyFrame(begin + skip, payload, to, header, end);
      long used = flags | (rest & ID_MASK) | (payload + header);
      if (i == 0) {
        first = used;
      } else {
        RawMemory.putLong(descriptor + DESC_REST, used);
      }
    }
    if (i > 0) {
      RawMemory.putLongRelease(base + DESC_REST, first); // as in complete
      position = position + i == size ? 0 : position + i;
      wrap ^= position == 0 ? 1 : 0;
      peeked = Math.max(0, peeked - i);
    }
    return i;
  }

  @Override
  public void complete(BufferBurst burst, int n) {
    if (n == 0) {
      return;
    }
    int first = position;
    int firstWrap = wrap;
    int at = first;
    int counter = firstWrap;
    int entries = 0;
    // One descriptor may stand for the whole batch, but it cannot tell the lengths of all.
    boolean batch = inOrder && !deviceWritable;
    if (burst.isPlain()) {
      int straight = Math.min(n, size - first);
      if (!batch) {
        writeUsed(burst, 1, straight, first, firstWrap);
        writeUsed(burst, straight, n, -straight, firstWrap ^ 1);
      }
      entries = n;
      at = n < size - first ? first + n : n - straight;
      counter = n < size - first ? firstWrap : firstWrap ^ 1;
    } else {
      for (int i = 0; i < n; i++) {
        if (i > 0 && !batch) {
          RawMemory.putLong(
              descriptors + (long) at * DESC_SIZE + DESC_REST,
              used(burst.id(i), burst.written(i), counter));
        }
        int taken = burst.entries(i);
        entries += taken;
        at += taken;
        if (at >= size) {
          at -= size;
          counter ^= 1;
        }
      }
    }
    if (log != null) {
      logBuffers(burst, n); // who takes over a killed one's ring does not know of them
    }
    if (inflight != null) {
      inflight.completing(n, at, counter);
    }
    int shown = batch ? n - 1 : 0;
    // The driver looks at the first one first: the others are seen when this one is, and what is in
    // the buffers; what was read of these was read before. Each is written in one aligned access.
    RawMemory.putLongRelease(
        descriptors + (long) first * DESC_SIZE + DESC_REST,
        used(burst.id(shown), burst.written(shown), firstWrap));
    if (inflight != null) {
      inflight.completed(n);
    }
    if (log != null) {
      logDescriptors(first, entries);
    }
    position = at;
    wrap = counter;
    peeked = Math.max(0, peeked - entries);
    if (hasCallDescriptor() && wantsCall(first, firstWrap, entries)) {
      call();
    }
  }

  /**
   * Marks descriptors of some plain buffers as used.
   *
   * @param from the first of the buffers
   * @param end the one behind the last
   * @param place which descriptor buffer 0 would have, if the ring began earlier by a round: below
   *     0
   */
  private void writeUsed(BufferBurst burst, int from, int end, int place, int counter) {
    int[] id = burst.id;
    int[] written = burst.written;
    long at = descriptors + (long) place * DESC_SIZE + DESC_REST;
    long flags = used(0, 0, counter);
    for (int i = from; i < end; i++) {
      long bytes = written[i] & 0xffffffffL;
      RawMemory.putLong(at + (long) i * DESC_SIZE, flags | (long) id[i] << 32 | bytes);
    }
  }

  private long used(int id, int written, int counter) {
    int flags = (counter == 1 ? AVAIL | USED : 0) | (deviceWritable ? DESC_WRITE : 0);
    return (written & 0xffffffffL) | ((long) id << 32) | ((long) flags << FLAGS_SHIFT);
  }

  private boolean wantsCall(int first, int firstWrap, int entries) {
    // The driver asks for calls, then looks at the descriptor; here it is the other way round. A
    // release store may be overtaken by the load that follows, on every processor.
    VarHandle.fullFence();
    // One access: the index belongs to the flags.
    int event = RawMemory.getIntAcquire(driverArea);
    int flags = (event >>> 16) & 3;
    if (flags != EVENT_AT_INDEX || !eventIndex) {
      return flags != EVENT_NONE;
    }
    int distance = (event & (WRAP_BIT - 1)) - first;
    if (((event & WRAP_BIT) != 0 ? 1 : 0) != firstWrap) {
      distance += size;
    }
    return distance >= 0 && distance < entries;
  }

  @Override
  public int stop() {
    int half = position | (wrap << 15);
    if (inflight != null) {
      inflight.release();
    }
    return half | (half << 16);
  }

  @Override
  public boolean enableKicks() {
    int next = position + peeked;
    int counter = wrap;
    if (next >= size) {
      next -= size;
      counter ^= 1;
    }
    if (eventIndex) {
      RawMemory.putIntRelease(deviceArea, next | (counter << 15) | (EVENT_AT_INDEX << 16));
    } else {
      RawMemory.putShort(deviceArea + EVENT_FLAGS, EVENT_ALL);
    }
    logEvent();
    // The driver publishes buffers, then looks whether to kick; here it is the other way round.
    VarHandle.fullFence(); // as in wantsCall
    long rest = RawMemory.getLongAcquire(descriptors + (long) next * DESC_SIZE + DESC_REST);
    int flags = (int) (rest >>> FLAGS_SHIFT);
    return (flags & (AVAIL | USED)) == (counter == 1 ? AVAIL : USED);
  }

  @Override
  public void disableKicks() {
    RawMemory.putShort(deviceArea + EVENT_FLAGS, EVENT_NONE);
    logEvent();
  }

  private void logDescriptors(int first, int entries) {
    int straight = Math.min(entries, size - first);
    logDescriptorArea((long) first * DESC_SIZE, (long) straight * DESC_SIZE);
    logDescriptorArea(0, (long) (entries - straight) * DESC_SIZE);
  }

  private void logEvent() {
    if (log != null) {
      logDeviceArea(0, RingSetup.deviceBytes(size, true));
    }
  }

  @Override
  void logRing() {
    logEvent();
    logDescriptors(0, size);
  }
}
