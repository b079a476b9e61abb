package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.linux.arch_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** System calls on where threads run. */
public final class Scheduling {

  /** CPU_SETSIZE of {@code sched.h}. */
  private static final int MAX_PROCESSORS = 1024;

  private Scheduling() {}

  /**
   * Keeps the calling thread on one processor: sched_setaffinity(2). Not for virtual threads.
   *
   * @param processor its number, from 0
   * @return 0, or the negated errno: EINVAL if there is no such processor, or the process may not
   *     use it
   */
  public static int setAffinity(int processor) {
    if (processor < 0 || processor >= MAX_PROCESSORS) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(MAX_PROCESSORS / Byte.SIZE, Long.BYTES);
      set.setAtIndex(JAVA_LONG, processor / Long.SIZE, 1L << processor);
      // 0 is the calling thread.
      return (int) NativeCall.pointerThird(arch_h.__NR_sched_setaffinity, 0, set.byteSize(), set);
    }
  }
}
