package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Frames from one thread to another, in memory of fixed size. Records lie behind one another; one
 * that does not fit before the end begins at the start.
 *
 * <pre>
 *  0        4          8                16         20       24          25       26      28
 * +--------+----------+----------------+----------+--------+-----------+--------+-------+-------
 * | length | captured | nanoseconds    | original | lost   | direction | reason | queue | bytes
 * +--------+----------+----------------+----------+--------+-----------+--------+-------+-------
 * </pre>
 *
 * The two positions lie two cache lines apart from each other and from the records. Each only
 * grows, is written by one thread with release, and read by the other with acquire.
 */
final class CaptureRing {
  static final int HEADER = 28;
  static final int CAPTURED = 4;
  static final int NANOS = 8;
  static final int ORIGINAL = 16;
  static final int LOST = 20;
  static final int DIRECTION = 24;
  static final int REASON = 25;
  static final int QUEUE = 26;

  /** Stands for a length where the rest up to the end is not used. */
  private static final int TO_START = -1;

  private static final int ALIGNMENT = 8;
  private static final int APART = 128;

  private final long head;
  private final long tail;
  private final long records;
  private final int capacity;

  // Of the writing thread.
  private long written;
  private long freed;

  // Of the reading thread.
  private long read;
  private long ready;

  /**
   * Makes an empty ring.
   *
   * @param arena has the memory
   * @param capacity bytes, a power of two
   */
  CaptureRing(Arena arena, int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("a ring of " + capacity + " bytes");
    }
    this.capacity = capacity;
    long memory = arena.allocate(3L * APART + capacity, APART).address();
    head = memory;
    tail = memory + APART;
    records = memory + 2L * APART;
  }

  private static int size(int captured) {
    return HEADER + captured + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /**
   * Finds a place for a record of that many bytes of a frame; the writing thread's.
   *
   * @return where it is, 0 if there is none at present
   */
  long claim(int captured) {
    int size = size(captured);
    int at = (int) (written & capacity - 1);
    int unused = size <= capacity - at ? 0 : capacity - at;
    long end = written + unused + size;
    if (end - freed > capacity) {
      freed = RawMemory.getLongAcquire(head);
      if (end - freed > capacity) {
        return 0;
      }
    }
    if (unused > 0) {
      RawMemory.putInt(records + at, TO_START);
      written += unused;
      at = 0;
    }
    RawMemory.putInt(records + at, size);
    RawMemory.putInt(records + at + CAPTURED, captured);
    return records + at;
  }

  /** Hands over the record that was claimed last, which is filled. */
  void commit(int captured) {
    written += size(captured);
    RawMemory.putLongRelease(tail, written);
  }

  /**
   * The first record that was not released; the reading thread's.
   *
   * @return where it is, 0 if there is none
   */
  long peek() {
    if (read == ready) {
      ready = RawMemory.getLongAcquire(tail);
      if (read == ready) {
        return 0;
      }
    }
    int at = (int) (read & capacity - 1);
    if (RawMemory.getInt(records + at) == TO_START) {
      read += capacity - at;
      at = 0;
    }
    return records + at;
  }

  /** Gives the memory of the record that was peeked at back. */
  void release(long record) {
    read += RawMemory.getInt(record);
    RawMemory.putLongRelease(head, read);
  }
}
