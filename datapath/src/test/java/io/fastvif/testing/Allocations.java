package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** Measures what code of this thread allocates on the Java heap, once it is compiled. */
public final class Allocations {
  /**
   * The compiler works in the background, and until it is done a call may allocate: on a busy
   * machine that takes seconds.
   */
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocations() {}

  /**
   * Fails if a call allocates.
   *
   * @param call returns the same number each time
   * @param expected that number
   * @param calls how many to measure together; a tenth of a byte for each is let pass, which
   *     nothing that happens in each call can be below
   */
  public static void assertNone(LongSupplier call, long expected, int calls) {
    long id = Thread.currentThread().threadId();
    long end = System.nanoTime() + PATIENCE_NANOS;
    repeat(call, expected, 2 * calls);
    long least = Long.MAX_VALUE;
    while (least >= calls / 10 && System.nanoTime() < end) {
      long before = THREADS.getThreadAllocatedBytes(id);
      repeat(call, expected, calls);
      least = Math.min(least, THREADS.getThreadAllocatedBytes(id) - before);
    }
    assertTrue(least < calls / 10, least + " bytes in " + calls + " calls");
  }

  /**
   * The least that one of so many calls allocates, in bytes.
   *
   * @param call returns the same number each time
   * @param expected that number
   */
  public static long least(LongSupplier call, long expected, int calls) {
    long id = Thread.currentThread().threadId();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < calls; i++) {
      long before = THREADS.getThreadAllocatedBytes(id);
      repeat(call, expected, 1);
      least = Math.min(least, THREADS.getThreadAllocatedBytes(id) - before);
    }
    return least;
  }

  private static void repeat(LongSupplier call, long expected, int times) {
    long wrong = 0;
    for (int i = 0; i < times; i++) {
      if (call.getAsLong() != expected) {
        wrong++;
      }
    }
    assertEquals(0, wrong, "calls with another result than " + expected);
  }
}
