package io.fastvif.vhostuser.virtqueue;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * One split queue's part of the in-flight region.
 *
 * <pre>
 *  0          8         10        12                14         16
 * +----------+---------+---------+-----------------+----------+---------------------------------
 * | features | version | size    | last_batch_head | used_idx | size times 16 bytes:
 * +----------+---------+---------+-----------------+----------+ inflight 1, -, next 2, counter 8
 * </pre>
 */
final class SplitInflight {
  private static final int LAST_BATCH_HEAD = 12;
  private static final int USED_IDX = 14;
  private static final int ENTRIES = 16;
  private static final int ENTRY_SIZE = 16;
  private static final int ENTRY_NEXT = 6;
  private static final int ENTRY_COUNTER = 8;

  private final long part;

  /** Heads that an earlier process had taken, oldest first. */
  private final HeadQueue resubmit;

  /** Heads that the last peek took, so that to look again does not count again. */
  private final HeadQueue tracked;

  private final int size;
  private long counter = 1;

  SplitInflight(long part, int size, int usedIdx) {
    this.part = part;
    this.size = size;
    resubmit = new HeadQueue(size);
    tracked = new HeadQueue(size);
    if (InflightPart.isReady(part, size)) {
      recover(usedIdx);
    } else {
      RawMemory.clear(part, bytes(size));
      RawMemory.putShort(part + USED_IDX, usedIdx);
      InflightPart.ready(part, size);
    }
  }

  static long bytes(int size) {
    return ENTRIES + (long) size * ENTRY_SIZE;
  }

  private long entry(int head) {
    return part + ENTRIES + (long) head * ENTRY_SIZE;
  }

  private void recover(int usedIdx) {
    int lastBatch = (usedIdx - RawMemory.getShort(part + USED_IDX)) & 0xffff;
    int head = RawMemory.getShort(part + LAST_BATCH_HEAD);
    // A batch is no longer than the ring; a longer one was never written by a backend.
    for (int i = 0; i < lastBatch && i < size && head < size; i++) {
      RawMemory.putByte(entry(head), 0);
      head = RawMemory.getShort(entry(head) + ENTRY_NEXT);
    }
    // After the marks: who finds the index finds them off, and not what was used already.
    RawMemory.putShortRelease(part + USED_IDX, usedIdx);
    long[] counters = new long[size];
    int[] heads =
        IntStream.range(0, size)
            .filter(i -> RawMemory.getByte(entry(i)) == 1)
            .peek(i -> counters[i] = RawMemory.getLong(entry(i) + ENTRY_COUNTER))
            .boxed()
            .sorted(Comparator.comparingLong(i -> counters[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    Arrays.stream(heads).forEach(resubmit::add);
    counter = Arrays.stream(counters).max().orElse(0) + 1;
  }

  int toResubmit() {
    return resubmit.count();
  }

  int resubmitted(int i) {
    return resubmit.get(i);
  }

  /** Notes the buffers that were taken. */
  void track(BufferBurst burst, int n) {
    for (int i = tracked.count(); i < n; i++) {
      int head = burst.id(i);
      long entry = entry(head);
      RawMemory.putLong(entry + ENTRY_COUNTER, counter++);
      VarHandle.storeStoreFence(); // a mark is found with its counter
      RawMemory.putByte(entry, 1);
      tracked.add(head);
    }
  }

  /** Links a batch, before the index of the used ring tells the driver of it. */
  void completing(BufferBurst burst, int n) {
    int last = RawMemory.getShort(part + LAST_BATCH_HEAD);
    for (int i = 0; i < n; i++) {
      int head = burst.id(i);
      RawMemory.putShort(entry(head) + ENTRY_NEXT, last);
      last = head;
    }
    // After the links, by which the next process walks from there; the used index comes after both.
    RawMemory.putShortRelease(part + LAST_BATCH_HEAD, last);
  }

  /** Takes the marks off, after the driver was told. */
  void completed(BufferBurst burst, int n, int usedIdx) {
    VarHandle.storeStoreFence(); // a buffer without a mark was used
    for (int i = 0; i < n; i++) {
      RawMemory.putByte(entry(burst.id(i)), 0);
    }
    RawMemory.putShortRelease(part + USED_IDX, usedIdx); // ends the batch, after its marks
    if (resubmit.count() > 0) {
      resubmit.remove(n);
    } else {
      tracked.remove(n);
    }
  }

  /**
   * Takes the marks off what was only looked at: it is in the ring still. The newest come first:
   * the next process fetches behind as many as it finds marked.
   */
  void release() {
    for (int i = tracked.count() - 1; i >= 0; i--) {
      RawMemory.putByte(entry(tracked.get(i)), 0);
      VarHandle.storeStoreFence();
    }
    tracked.remove(tracked.count());
  }
}
