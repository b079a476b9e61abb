package io.fastvif.forward;

import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * Copies of frames that wait for their receiver's rate, in their order, where their senders do not
 * wait. They lie in a ring of records, none of which is divided; memory is taken with the first
 * frame. Used by the loop's thread.
 *
 * <pre>
 *  0        4          8                  16
 * +--------+----------+------------------+---------------------+
 * | length | (unused) | sender's features | header and frame ...|
 * +--------+----------+------------------+---------------------+
 * </pre>
 */
final class DelayedFrames {
  /** The most that may wait: what passes in 100 ms at 84 Mbit/s. */
  static final int MAX_BYTES = 1 << 20;

  private static final int FEATURES = 8;
  private static final int FRAME = 16;
  private static final int ALIGNMENT = 8;

  /** Instead of a length: what follows is at the ring's beginning. */
  private static final int WRAPPED = -1;

  private static final int MAX_RECORD =
      FRAME + VirtioNetHeader.LONG + FrameScratch.MAX_FRAME + ALIGNMENT;
  private static final int CAPACITY = MAX_BYTES + 2 * MAX_RECORD & -ALIGNMENT;

  private Arena arena;
  private long memory;

  /** Where the first record and the end of the last are, counted over all rounds of the ring. */
  private long head;

  private long tail;
  private int count;
  private int bytes;

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  /**
   * Copies frames of a burst, from one on, as long as no more bytes wait than may.
   *
   * @param first the first of them
   * @param features their sender's
   * @param maxBytes of all frames that wait, at most {@link #MAX_BYTES}
   * @return how many were copied
   */
  int add(BufferBurst frames, int first, long features, int maxBytes) {
    int end = frames.count();
    int i = first;
    for (; i < end; i++) {
      long length = frames.total(i);
      if (length > VirtioNetHeader.LONG + FrameScratch.MAX_FRAME || bytes + length > maxBytes) {
        break;
      }
      long record = claim((int) length);
      if (record == 0) {
        break;
      }
      RawMemory.putInt(record, (int) length);
      RawMemory.putLong(record + FEATURES, features);
      FrameScratch.gather(frames, i, 0, record + FRAME, (int) length);
      bytes += (int) length;
      count++;
    }
    return i - first;
  }

  /** Takes room for a record; 0 if there is none. */
  private long claim(int length) {
    if (memory == 0) {
      arena = Arena.ofAuto();
      memory = arena.allocate(CAPACITY, ALIGNMENT).address();
    }
    int size = size(length);
    int place = (int) (tail % CAPACITY);
    int skipped = CAPACITY - place < size ? CAPACITY - place : 0;
    if (tail - head + skipped + size > CAPACITY) {
      return 0;
    }
    if (skipped > 0) {
      RawMemory.putInt(memory + place, WRAPPED);
      tail += skipped;
      place = 0;
    }
    tail += size;
    return memory + place;
  }

  private static int size(int length) {
    return FRAME + length + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /** The first record at or after a place; the ring's end is skipped. */
  private long recordAt(long place) {
    long record = memory + place % CAPACITY;
    return RawMemory.getInt(record) == WRAPPED ? memory : record;
  }

  /** Where the record behind one begins that begins at that place or after the ring's end. */
  private long behind(long place, long record) {
    long begin = record == memory ? (place + CAPACITY - 1) / CAPACITY * CAPACITY : place;
    return begin + size(RawMemory.getInt(record));
  }

  /**
   * Fills a burst with the first frames that wait, of senders with the same features.
   *
   * @return those features
   */
  long peek(BufferBurst burst) {
    burst.clear();
    long features = 0;
    long place = head;
    for (int i = 0; i < count && burst.count() < Flow.BURST; i++) {
      long record = recordAt(place);
      long ofThis = RawMemory.getLong(record + FEATURES);
      if (i > 0 && ofThis != features) {
        break;
      }
      features = ofThis;
      burst.add(0, record + FRAME, 0, RawMemory.getInt(record));
      place = behind(place, record);
    }
    return features;
  }

  /** Writes all that wait. */
  void save(HandOverWriter writer) {
    writer.number(count);
    long place = head;
    for (int i = 0; i < count; i++) {
      long record = recordAt(place);
      byte[] frame = new byte[RawMemory.getInt(record)];
      for (int at = 0; at < frame.length; at++) {
        frame[at] = (byte) RawMemory.getByte(record + FRAME + at);
      }
      writer.number(RawMemory.getLong(record + FEATURES)).bytes(frame);
      place = behind(place, record);
    }
  }

  /** Has those wait that another process had. */
  void restore(HandOverReader reader, BufferBurst burst) {
    int saved = reader.count(MAX_BYTES);
    for (int i = 0; i < saved; i++) {
      long features = reader.longNumber();
      byte[] frame = reader.bytes();
      try (Arena copied = Arena.ofConfined()) {
        long at = copied.allocateFrom(ValueLayout.JAVA_BYTE, frame).address();
        burst.clear();
        burst.add(0, at, 0, frame.length);
        add(burst, 0, features, MAX_BYTES);
      }
    }
    burst.clear();
  }

  /** Forgets the first frames. */
  void remove(int frames) {
    for (int i = 0; i < frames; i++) {
      long record = recordAt(head);
      bytes -= RawMemory.getInt(record);
      head = behind(head, record);
    }
    count -= frames;
  }
}
