package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Arrays of {@code epoll_event} ({@code sys/epoll.h}). On x86-64 the structure is packed, so that
 * the generated accessors, which expect an aligned {@code epoll_data}, fail on it.
 *
 * <pre>
 *           0         4                   12
 *          +---------+-------------------+---------
 *  x86-64  | events  | data              | the next
 *          +---------+---------+---------+---------+---------
 *  aarch64 | events  | unused  | data              | the next
 *          +---------+---------+-------------------+---------
 *           0         4         8                   16
 * </pre>
 */
public final class EpollEvent {

  /** Bytes of one event. */
  public static final int SIZE = Architecture.IS_AARCH64 ? 16 : 12;

  /** Offset of {@code events}, 32 bits. */
  public static final int EVENTS_OFFSET = 0;

  /** Offset of {@code data}, 64 bits. */
  public static final int DATA_OFFSET = Architecture.IS_AARCH64 ? 8 : 4;

  private EpollEvent() {}

  /**
   * Writes an event of an array.
   *
   * @param events {@code EPOLL} constants
   * @param data what {@link Polling#epollWait} shall report for the descriptor
   */
  public static void put(MemorySegment array, int index, int events, long data) {
    long offset = (long) index * SIZE;
    array.set(JAVA_INT_UNALIGNED, offset + EVENTS_OFFSET, events);
    array.set(JAVA_LONG_UNALIGNED, offset + DATA_OFFSET, data);
  }

  /** The {@code EPOLL} constants of an event. */
  public static int events(MemorySegment array, int index) {
    return array.get(JAVA_INT_UNALIGNED, (long) index * SIZE + EVENTS_OFFSET);
  }

  /** The data that its descriptor was added with. */
  public static long data(MemorySegment array, int index) {
    return array.get(JAVA_LONG_UNALIGNED, (long) index * SIZE + DATA_OFFSET);
  }
}
