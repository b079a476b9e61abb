package io.fastvif.vhostuser.virtqueue;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One packed queue's part of the in-flight area. As used descriptors overwrite the driver's, these
 * are copied.
 *
 * <pre>
 *  0          8         10     12          14              16         18
 * +----------+---------+------+-----------+---------------+----------+--------------+
 * | features | version | size | free_head | old_free_head | used_idx | old_used_idx |
 * +----------+---------+------+-----------+---------------+----------+--------------+
 * | used wrap 1 | old used wrap 1 | padding to 32 | size times 32 bytes:            |
 * | inflight 1, -, next 2, last 2, num 2, counter 8, id 2, flags 2, len 4, addr 8   |
 * +---------------------------------------------------------------------------------+
 * </pre>
 *
 * The list of free entries is kept in this process; the area's is only read when it is taken over.
 */
final class PackedInflight {
  private static final int FREE_HEAD = 12;
  private static final int OLD_FREE_HEAD = 14;
  private static final int USED_IDX = 16;
  private static final int OLD_USED_IDX = 18;
  private static final int USED_WRAP = 20;
  private static final int OLD_USED_WRAP = 21;
  private static final int ENTRIES = 32;
  private static final int ENTRY_SIZE = 32;
  private static final int NEXT = 2;
  private static final int LAST = 4;
  private static final int NUM = 6;
  private static final int COUNTER = 8;
  private static final int ID = 16;
  private static final int FLAGS = 18;
  private static final int LEN = 20;
  private static final int ADDR = 24;
  private static final int RING_DESC_FLAGS = 14;
  private static final int RING_AVAIL = 1 << 7;
  private static final int RING_USED = 1 << 15;

  private final long part;
  private final int size;
  private final long ring;
  private final HeadQueue resubmit;
  private final HeadQueue tracked;
  private final int[] next;
  private final int[] last;
  private int freeHead;
  private int usedIndex;
  private int usedWrap;
  private long counter = 1;

  PackedInflight(long part, int size, int base, long ring) {
    this.part = part;
    this.size = size;
    this.ring = ring;
    resubmit = new HeadQueue(size);
    tracked = new HeadQueue(size);
    next = new int[size];
    last = new int[size];
    if (InflightPart.initialize(part, size, bytes(size))) {
      for (int i = 0; i < size; i++) {
        link(i, i + 1);
      }
      usedIndex = base & 0x7fff;
      usedWrap = (base >>> 15) & 1;
      RawMemory.putShort(part + USED_IDX, usedIndex);
      RawMemory.putShort(part + OLD_USED_IDX, usedIndex);
      RawMemory.putByte(part + USED_WRAP, usedWrap);
      RawMemory.putByte(part + OLD_USED_WRAP, usedWrap);
    } else {
      recover();
    }
  }

  static long bytes(int size) {
    return ENTRIES + (long) size * ENTRY_SIZE;
  }

  private long entry(int index) {
    return part + ENTRIES + (long) index * ENTRY_SIZE;
  }

  private void link(int index, int following) {
    next[index] = following;
    RawMemory.putShort(entry(index) + NEXT, following);
  }

  private void recover() {
    int oldUsed = RawMemory.getShort(part + OLD_USED_IDX) % size;
    int oldWrap = RawMemory.getByte(part + OLD_USED_WRAP) & 1;
    usedIndex = RawMemory.getShort(part + USED_IDX) % size;
    usedWrap = RawMemory.getByte(part + USED_WRAP) & 1;
    freeHead = RawMemory.getShort(part + FREE_HEAD);
    boolean underWay = usedIndex != oldUsed || usedWrap != oldWrap;
    if (underWay && !isUsed(oldUsed, oldWrap)) {
      // The driver was not told of the last batch: it counts as not done.
      usedIndex = oldUsed;
      usedWrap = oldWrap;
      freeHead = RawMemory.getShort(part + OLD_FREE_HEAD);
    }
    for (int i = 0; i < size; i++) {
      next[i] = RawMemory.getShort(entry(i) + NEXT);
      last[i] = Math.min(RawMemory.getShort(entry(i) + LAST), size - 1);
    }
    int free = freeHead;
    for (int i = 0; i < size && free < size; i++) {
      RawMemory.putByte(entry(free), 0);
      free = next[free];
    }
    publish();
    long[] counters = new long[size];
    List<Integer> heads =
        IntStream.range(0, size)
            .filter(i -> RawMemory.getByte(entry(i)) == 1 && entries(i) >= 1 && entries(i) <= size)
            .peek(i -> counters[i] = RawMemory.getLong(entry(i) + COUNTER))
            .boxed()
            .sorted(Comparator.comparingLong(i -> counters[i]))
            .toList();
    heads.forEach(resubmit::add);
    for (long c : counters) {
      counter = Math.max(counter, c + 1);
    }
    restoreRing();
  }

  /**
   * Of a batch that the driver was not told of, all descriptors but the first may stand in the ring
   * as used already: they would be seen as soon as the one before them is used anew.
   */
  private void restoreRing() {
    int at = usedIndex;
    for (int i = 0; i < resubmit.count(); i++) {
      int head = resubmit.get(i);
      RawMemory.putLong(ring + 16L * at + 8, rest(head));
      at = (at + entries(head)) % size;
    }
  }

  private boolean isUsed(int index, int wrap) {
    int flags = RawMemory.getShortAcquire(ring + 16L * index + RING_DESC_FLAGS);
    return (flags & (RING_AVAIL | RING_USED)) == (wrap == 1 ? RING_AVAIL | RING_USED : 0);
  }

  int usedIndex() {
    return usedIndex;
  }

  int usedWrap() {
    return usedWrap;
  }

  int toResubmit() {
    return resubmit.count();
  }

  int resubmitted(int i) {
    return resubmit.get(i);
  }

  /** How many descriptors a chain has. */
  int entries(int head) {
    return RawMemory.getShort(entry(head) + NUM);
  }

  /** The entry that follows in a chain; not below the size if the area was damaged. */
  int next(int index) {
    return next[index];
  }

  long address(int index) {
    return RawMemory.getLong(entry(index) + ADDR);
  }

  /** Length, id and flags, as the second half of a ring's descriptor has them. */
  long rest(int index) {
    long entry = entry(index);
    return (RawMemory.getInt(entry + LEN) & 0xffffffffL)
        | ((long) RawMemory.getShort(entry + ID) << 32)
        | ((long) RawMemory.getShort(entry + FLAGS) << 48);
  }

  /**
   * Notes a buffer that was taken, unless it was noted before.
   *
   * @param buffer its number in the burst
   * @param at its first descriptor's number in the ring
   * @param taken its descriptors
   * @return false if there are not enough free entries
   */
  boolean track(int buffer, int at, int taken) {
    if (buffer < tracked.count()) {
      return true;
    }
    int head = freeHead;
    int entry = head;
    int ringIndex = at;
    for (int i = 0; i < taken; i++) {
      if (entry >= size) {
        return false;
      }
      long descriptor = ring + 16L * ringIndex;
      long to = entry(entry);
      long rest = RawMemory.getLong(descriptor + 8);
      RawMemory.putLong(to + ADDR, RawMemory.getLong(descriptor));
      RawMemory.putInt(to + LEN, (int) rest);
      RawMemory.putShort(to + ID, (int) (rest >>> 32));
      RawMemory.putShort(to + FLAGS, (int) (rest >>> 48));
      last[head] = entry;
      entry = next[entry];
      ringIndex = ringIndex + 1 == size ? 0 : ringIndex + 1;
    }
    long first = entry(head);
    RawMemory.putShort(first + LAST, last[head]);
    RawMemory.putShort(first + NUM, taken);
    RawMemory.putLong(first + COUNTER, counter++);
    RawMemory.putByte(first, 1);
    freeHead = entry;
    RawMemory.putShort(part + FREE_HEAD, freeHead);
    RawMemory.putShortRelease(part + OLD_FREE_HEAD, freeHead);
    tracked.add(head);
    return true;
  }

  private HeadQueue oldest() {
    return resubmit.count() > 0 ? resubmit : tracked;
  }

  /** Frees the oldest buffers' entries, before the descriptor that tells the driver of them. */
  void completing(int n, int newUsedIndex, int newUsedWrap) {
    HeadQueue heads = oldest();
    for (int i = 0; i < n && i < heads.count(); i++) {
      int head = heads.get(i);
      link(last[head], freeHead);
      freeHead = head;
    }
    usedIndex = newUsedIndex;
    usedWrap = newUsedWrap;
    RawMemory.putShort(part + FREE_HEAD, freeHead);
    RawMemory.putByte(part + USED_WRAP, usedWrap);
    RawMemory.putShortRelease(part + USED_IDX, usedIndex);
  }

  /** Takes the marks off, after the driver was told. */
  void completed(int n) {
    HeadQueue heads = oldest();
    for (int i = 0; i < n && i < heads.count(); i++) {
      RawMemory.putByte(entry(heads.get(i)), 0);
    }
    heads.remove(n);
    publish();
  }

  private void publish() {
    RawMemory.putShort(part + FREE_HEAD, freeHead);
    RawMemory.putShort(part + USED_IDX, usedIndex);
    RawMemory.putByte(part + USED_WRAP, usedWrap);
    RawMemory.putShort(part + OLD_FREE_HEAD, freeHead);
    RawMemory.putShort(part + OLD_USED_IDX, usedIndex);
    RawMemory.putByte(part + OLD_USED_WRAP, usedWrap);
  }

  /** Takes the marks off what was only looked at: it is in the ring still. */
  void release() {
    for (int i = tracked.count() - 1; i >= 0; i--) {
      int head = tracked.get(i);
      link(last[head], freeHead);
      freeHead = head;
      RawMemory.putByte(entry(head), 0);
    }
    tracked.remove(tracked.count());
    publish();
  }
}
