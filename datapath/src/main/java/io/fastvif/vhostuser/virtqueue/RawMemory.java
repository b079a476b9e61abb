package io.fastvif.vhostuser.virtqueue;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.fastvif.bindings.Architecture;
import io.fastvif.bindings.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Memory by its address, little-endian as virtio 1 has it. <strong>Nothing is checked</strong>: an
 * address must come from a translation that checked its whole range, or from an allocation of this
 * process. A wrong one ends the process.
 *
 * <p>With acquire and release an address must be a multiple of the value's size: they are single
 * accesses on x86-64 and aarch64. The plain ones need not; they are single accesses where it is.
 *
 * <p><strong>Order.</strong> x86-64 keeps loads in order, and stores, and lets only a load overtake
 * an earlier store; aarch64 lets all of them overtake each other. So wherever another process, the
 * guest or the kernel looks at memory that was written plainly, a release store comes after what
 * was written, and an acquire load before what is read; both are plain moves on x86-64, and {@code
 * stlr} and {@code ldar} on aarch64. Where a load must not overtake a store (a side says what it
 * wants to be told, then looks whether there is something already) it takes a full fence on both.
 *
 * <p>A process that is killed has written what came before in the order of its instructions,
 * whatever the processor: in-flight areas need release stores against the compiler alone.
 */
public final class RawMemory {
  private static final MemorySegment ALL = Memory.segment(0, Long.MAX_VALUE);

  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle ORDERED_SHORT =
      ValueLayout.JAVA_SHORT
          .withOrder(ByteOrder.LITTLE_ENDIAN)
          .varHandle()
          .withInvokeExactBehavior();
  private static final VarHandle ORDERED_INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
  private static final VarHandle ORDERED_LONG =
      ValueLayout.JAVA_LONG
          .withOrder(ByteOrder.LITTLE_ENDIAN)
          .varHandle()
          .withInvokeExactBehavior();

  /**
   * Up to here a loop of longs is faster than the call of the copy routine. That writes a cache
   * line in one store or two: what a guest has to fetch from here fills the store buffer less. On
   * x86-64 it was measured by time. On aarch64 instructions were counted (the lab's {@code
   * copies.sh}), as no time was to be had: the loop takes 20 and 2 a byte, the routine 55 to 57 for
   * up to 96 bytes.
   */
  private static final int INLINE_COPY = Architecture.IS_AARCH64 ? 16 : 48;

  private RawMemory() {}

  /** Reads a byte, 0 to 255. */
  public static int getByte(long address) {
    return ALL.get(JAVA_BYTE, address) & 0xff;
  }

  /** Writes a byte. */
  public static void putByte(long address, int value) {
    ALL.set(JAVA_BYTE, address, (byte) value);
  }

  /** Reads 16 bits, 0 to 65,535. */
  public static int getShort(long address) {
    return ALL.get(SHORT, address) & 0xffff;
  }

  /** Writes 16 bits. */
  public static void putShort(long address, int value) {
    ALL.set(SHORT, address, (short) value);
  }

  /** Reads 32 bits. */
  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  /** Writes 32 bits. */
  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /** Reads 64 bits. */
  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  /** Writes 64 bits. */
  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /** Reads 16 bits; nothing that follows is read before them. */
  public static int getShortAcquire(long address) {
    return (short) ORDERED_SHORT.getAcquire(ALL, address) & 0xffff;
  }

  /** Writes 16 bits, after everything before. */
  public static void putShortRelease(long address, int value) {
    ORDERED_SHORT.setRelease(ALL, address, (short) value);
  }

  /** Reads 32 bits; nothing that follows is read before them. */
  public static int getIntAcquire(long address) {
    return (int) ORDERED_INT.getAcquire(ALL, address);
  }

  /** Writes 32 bits, after everything before. */
  public static void putIntRelease(long address, int value) {
    ORDERED_INT.setRelease(ALL, address, value);
  }

  /** Reads 64 bits in one access; nothing that follows is read before them. */
  public static long getLongAcquire(long address) {
    return (long) ORDERED_LONG.getAcquire(ALL, address);
  }

  /** Writes 64 bits, after everything before. */
  public static void putLongRelease(long address, long value) {
    ORDERED_LONG.setRelease(ALL, address, value);
  }

  /** Copies bytes; the two ranges may not overlap. */
  public static void copy(long from, long to, long length) {
    if (length > INLINE_COPY) {
      MemorySegment.copy(ALL, from, ALL, to, length);
      return;
    }
    int whole = (int) length & ~7;
    int i = 0;
    for (; i < whole; i += 8) {
      ALL.set(LONG, to + i, ALL.get(LONG, from + i));
    }
    if ((length & 4) != 0) {
      ALL.set(INT, to + i, ALL.get(INT, from + i));
      i += 4;
    }
    if ((length & 2) != 0) {
      ALL.set(SHORT, to + i, ALL.get(SHORT, from + i));
      i += 2;
    }
    if ((length & 1) != 0) {
      ALL.set(JAVA_BYTE, to + i, ALL.get(JAVA_BYTE, from + i));
    }
  }

  /** Sets bytes to zero. */
  public static void clear(long address, long length) {
    ALL.asSlice(address, length).fill((byte) 0);
  }
}
