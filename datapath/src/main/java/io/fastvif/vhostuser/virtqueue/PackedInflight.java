package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;
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
 * Between any two writes the process may be killed. While a batch is under way the old values
 * differ from the new ones; they are of the time before the batch, and hold again unless the first
 * of its descriptors shows that the driver was told. What is in the list of free entries is free,
 * marked or not.
 *
 * <p>The list of free entries is kept in this process; the area's is only read when it is taken
 * over.
 */
final class PackedInflight {
  /** free_head and old_free_head, which are written in one. */
  private static final int FREE = 12;

  /** used_idx, old_used_idx and the wrap counters of both, which are written in one. */
  private static final int USED = 16;

  private static final int OLD_SHIFT = 16;
  private static final int WRAP_SHIFT = 32;
  private static final int OLD_WRAP_SHIFT = 40;
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
  private static final int RING_USED_SHIFT = 15;

  private final long part;
  private final int size;
  private final HeadQueue resubmit;
  private final HeadQueue tracked;
  private final int[] next;
  private final int[] last;
  private int freeHead;
  private int usedIndex;
  private int usedWrap;
  private long counter = 1;

  /**
   * Begins, or takes over what another one has left.
   *
   * @param ring its descriptors in this process: later elsewhere, if the guest's memory is replaced
   */
  PackedInflight(long part, int size, RingSetup setup, long ring) {
    this.part = part;
    this.size = size;
    resubmit = new HeadQueue(size);
    tracked = new HeadQueue(size);
    next = new int[size];
    last = new int[size];
    if (InflightPart.isReady(part, size)) {
      recover(ring);
    } else {
      RawMemory.clear(part, bytes(size));
      for (int i = 0; i < size; i++) {
        link(i, i + 1);
      }
      int base = PackedPosition.base(setup, ring);
      usedIndex = base & 0x7fff;
      usedWrap = (base >>> 15) & 1;
      publish();
      InflightPart.ready(part, size);
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

  private void recover(long ring) {
    int free = RawMemory.getInt(part + FREE);
    long used = RawMemory.getLong(part + USED);
    int oldIndex = ((int) (used >>> OLD_SHIFT) & 0xffff) % size;
    int oldWrap = (int) (used >>> OLD_WRAP_SHIFT) & 1;
    usedIndex = ((int) used & 0xffff) % size;
    usedWrap = (int) (used >>> WRAP_SHIFT) & 1;
    boolean underWay = usedIndex != oldIndex || usedWrap != oldWrap;
    if (underWay && isUsed(ring, oldIndex, oldWrap)) {
      freeHead = free & 0xffff;
    } else {
      // The driver was not told of the last batch, if there is one: it counts as not done.
      usedIndex = oldIndex;
      usedWrap = oldWrap;
      freeHead = free >>> OLD_SHIFT;
    }
    for (int i = 0; i < size; i++) {
      next[i] = RawMemory.getShort(entry(i) + NEXT);
      last[i] = Math.min(RawMemory.getShort(entry(i) + LAST), size - 1);
    }
    int unmarked = freeHead;
    for (int i = 0; i < size && unmarked < size; i++) {
      RawMemory.putByte(entry(unmarked), 0);
      unmarked = next[unmarked];
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
    restoreRing(ring);
  }

  /**
   * Of a batch that the driver was not told of, all descriptors but the first may stand in the ring
   * as used already: they would be seen as soon as the one before them is used anew.
   */
  private void restoreRing(long ring) {
    int at = usedIndex;
    for (int i = 0; i < resubmit.count(); i++) {
      int head = resubmit.get(i);
      RawMemory.putLong(ring + 16L * at + 8, rest(head));
      at = (at + entries(head)) % size;
    }
  }

  /**
   * Whether the driver was told that a descriptor is used in that round. It may have made it
   * available for the next one since, by which the flag of used descriptors stays as it is.
   */
  private static boolean isUsed(long ring, int index, int wrap) {
    int flags = RawMemory.getShortAcquire(ring + 16L * index + RING_DESC_FLAGS);
    return flags >>> RING_USED_SHIFT == wrap;
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
   * @param ring its descriptors in this process, now
   * @param at its first descriptor's number in the ring
   * @param taken its descriptors
   * @return false if there are not enough free entries
   */
  boolean track(int buffer, long ring, int at, int taken) {
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
    // Release: before this it is among the free ones, marked or not, and then it is whole.
    putFree(freeHead);
    tracked.add(head);
    return true;
  }

  private HeadQueue oldest() {
    return resubmit.count() > 0 ? resubmit : tracked;
  }

  /** Frees the oldest buffers' entries, before the descriptor that tells the driver of them. */
  void completing(int n, int newUsedIndex, int newUsedWrap) {
    HeadQueue heads = oldest();
    int oldFreeHead = freeHead;
    for (int i = 0; i < n && i < heads.count(); i++) {
      free(heads.get(i));
    }
    putFree(oldFreeHead);
    putUsed(newUsedIndex, newUsedWrap);
  }

  private void free(int head) {
    link(last[head], freeHead);
    freeHead = head;
  }

  /** Takes the marks off, after the driver was told. */
  void completed(int n) {
    VarHandle.storeStoreFence(); // a buffer without a mark was used
    HeadQueue heads = oldest();
    for (int i = 0; i < n && i < heads.count(); i++) {
      RawMemory.putByte(entry(heads.get(i)), 0);
    }
    heads.remove(n);
    publish();
  }

  /** Says that no batch is under way. */
  private void publish() {
    putFree(freeHead);
    putUsed(usedIndex, usedWrap);
  }

  private void putFree(int old) {
    RawMemory.putIntRelease(part + FREE, freeHead | old << OLD_SHIFT);
  }

  /** Says where the next used descriptor comes, with the last batch or without it. */
  private void putUsed(int index, int wrap) {
    RawMemory.putLongRelease(
        part + USED,
        index
            | (long) usedIndex << OLD_SHIFT
            | (long) wrap << WRAP_SHIFT
            | (long) usedWrap << OLD_WRAP_SHIFT);
    usedIndex = index;
    usedWrap = wrap;
  }

  /** Takes the marks off what was only looked at: it is in the ring still. */
  void release() {
    for (int i = tracked.count() - 1; i >= 0; i--) {
      free(tracked.get(i));
    }
    publish();
    VarHandle.storeStoreFence(); // what is unmarked is free already
    for (int i = 0; i < tracked.count(); i++) {
      RawMemory.putByte(entry(tracked.get(i)), 0);
    }
    tracked.remove(tracked.count());
  }
}
