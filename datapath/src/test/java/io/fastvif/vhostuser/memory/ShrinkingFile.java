package io.fastvif.vhostuser.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.fastvif.bindings.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Accesses a file whose maker shrinks it meanwhile, in each way in which rings access memory, and
 * in some that the JVM's own handling of SIGBUS does not survive. A program of its own too: a JVM
 * that does not survive says so by its exit status.
 */
final class ShrinkingFile {
  private static final long PAGE = Memory.pageSize();
  private static final long SIZE = 16 * PAGE;

  private static final VarHandle INT = JAVA_INT.varHandle();

  /** What the compilers cannot leave out. */
  @SuppressWarnings("unused")
  private static long sink;

  private ShrinkingFile() {}

  /**
   * Fails with an AssertionError, or ends the JVM, if an access is not survived.
   *
   * @param arguments how often to access while the file is whole: often enough to be compiled
   */
  public static void main(String... arguments) {
    System.out.println("survived " + survive(Integer.parseInt(arguments[0])));
  }

  /**
   * Fails with an AssertionError, or ends the JVM, if an access is not survived.
   *
   * @return how many of the 11 kinds of access faulted
   */
  static int survive(int rounds) {
    MemorySegment heap = MemorySegment.ofArray(new byte[(int) SIZE]);
    MemorySegment all = Memory.segment(0, Long.MAX_VALUE);
    List<LongUnaryOperator> accesses =
        List.of(
            a -> all.get(JAVA_LONG_UNALIGNED, a),
            a -> {
              all.set(JAVA_LONG_UNALIGNED, a, a);
              return 0;
            },
            a -> (int) INT.getAcquire(all, a),
            a -> {
              INT.setRelease(all, a, 1);
              return 0;
            },
            a -> (int) INT.getAndBitwiseOr(all, a, 2),
            a -> {
              MemorySegment.copy(all, a, heap, 0, PAGE);
              return 0;
            },
            a -> {
              MemorySegment.copy(heap, 0, all, a, PAGE);
              return 0;
            },
            a -> {
              MemorySegment.copy(all, a, heap, 0, 24);
              return 0;
            },
            a -> {
              all.asSlice(a, PAGE).fill((byte) 1);
              return 0;
            },
            a -> {
              long sum = 0;
              for (long i = 0; i < PAGE; i++) {
                sum += all.get(JAVA_BYTE, a + i);
              }
              return sum;
            },
            a -> all.asSlice(a, PAGE).mismatch(heap.asSlice(0, PAGE)));
    int faulted = 0;
    for (int i = 0; i < accesses.size(); i++) {
      faulted += access(accesses.get(i), "access " + i, rounds) ? 1 : 0;
    }
    return faulted;
  }

  /** Whether the access faulted once the file was shrunk. */
  private static boolean access(LongUnaryOperator access, String name, int rounds) {
    try (MemoryFile file = MemoryFile.unsealable("shrinking", SIZE)) {
      SharedMapping mapping =
          SharedMapping.map(file.fd(), 0, SIZE, Backing.ANY_MEMORY, "shrinking");
      MemorySegment page = Memory.segment(mapping.address() + 2 * PAGE, PAGE);
      repeat(access, mapping, rounds);
      page.set(JAVA_LONG_UNALIGNED, PAGE - Long.BYTES, 7);
      require(mapping.isIntact() && !mapping.hasFaulted(), name + ": whole");
      require(file.truncate(PAGE) == 0, name + ": truncate");
      repeat(access, mapping, 1);
      boolean faulted = mapping.hasFaulted();
      long left = page.get(JAVA_LONG_UNALIGNED, PAGE - Long.BYTES);
      require(left != 7, name + ": finds " + left);
      repeat(access, mapping, 3);
      require(!mapping.isIntact(), name + ": not intact");
      mapping.revoke();
      repeat(access, mapping, 3);
      mapping.release();
      return faulted;
    }
  }

  private static void repeat(LongUnaryOperator access, SharedMapping mapping, int times) {
    for (int i = 0; i < times; i++) {
      sink += access.applyAsLong(mapping.address() + 2 * PAGE);
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
