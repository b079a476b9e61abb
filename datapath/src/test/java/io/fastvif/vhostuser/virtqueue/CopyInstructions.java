package io.fastvif.vhostuser.virtqueue;

import io.fastvif.bindings.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How many instructions a copy takes, as {@link RawMemory#copy} does it up to its threshold and
 * beyond: on an emulated processor whose clock counts a nanosecond an instruction (the lab's {@code
 * copies.sh}). On any other, prints nanoseconds.
 */
final class CopyInstructions {
  private static final int[] LENGTHS = {8, 16, 32, 40, 48, 56, 64, 80, 96, 128, 256, 1500};
  private static final int COPIES = 2_000;
  private static final int ROUNDS = 200;
  private static final MemorySegment ALL = Memory.segment(0, Long.MAX_VALUE);

  private CopyInstructions() {}

  /** A copy, the same for all lengths, as the compiler sees it in a datapath. */
  private interface Copy {
    void copy(long from, long to, long length);
  }

  private static void words(long from, long to, long length) {
    int whole = (int) length & ~7;
    for (int i = 0; i < whole; i += 8) {
      RawMemory.putLong(to + i, RawMemory.getLong(from + i));
    }
    for (int i = whole; i < length; i++) {
      RawMemory.putByte(to + i, RawMemory.getByte(from + i));
    }
  }

  private static void routine(long from, long to, long length) {
    MemorySegment.copy(ALL, from, ALL, to, length);
  }

  /** Prints a line for each length. */
  public static void main(String[] arguments) {
    try (Arena arena = Arena.ofConfined()) {
      long from = arena.allocate(4096, 64).address();
      long to = arena.allocate(4096, 64).address();
      System.out.println("bytes loop routine copy");
      for (int pass = 0; pass < 2; pass++) { // the first for the compilers
        for (int length : LENGTHS) {
          double nothing = least((f, t, n) -> {}, from, to, length);
          double words = least(CopyInstructions::words, from, to, length) - nothing;
          double routine = least(CopyInstructions::routine, from, to, length) - nothing;
          double copy = least(RawMemory::copy, from, to, length) - nothing;
          if (pass == 1) {
            System.out.printf("%d %.0f %.0f %.0f%n", length, words, routine, copy);
          }
        }
      }
    }
  }

  private static double least(Copy copy, long from, long to, int length) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long begin = System.nanoTime();
      for (int n = 0; n < COPIES; n++) {
        copy.copy(from, to, length);
      }
      least = Math.min(least, System.nanoTime() - begin);
    }
    return (double) least / COPIES;
  }
}
