package io.fastvif.benchmarks.vhostuser;

import io.fastvif.bindings.Scheduling;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a cache line takes from one processor to another and back. On virtual machines that
 * changes from one moment to the next, as the hypervisor moves its processors.
 */
final class CoreDistance {
  private static final int ROUNDS = 20_000;
  private static final long PATIENCE_NANOS = 500_000_000L;

  private CoreDistance() {}

  /**
   * Measures between two processors.
   *
   * @return nanoseconds for there and back; -1 if something else kept a processor busy
   */
  static long roundTripNanos(int first, int second) throws InterruptedException {
    AtomicLong line = new AtomicLong();
    long end = System.nanoTime() + PATIENCE_NANOS;
    Thread other =
        new Thread(
            () -> {
              Scheduling.setAffinity(second);
              for (long i = 1; i < 2L * ROUNDS; i += 2) {
                if (!await(line, i, end)) {
                  return;
                }
                line.setRelease(i + 1);
              }
            });
    long[] nanos = {-1};
    Thread one =
        new Thread(
            () -> {
              Scheduling.setAffinity(first);
              long begin = 0;
              for (long i = 0; i < 2L * ROUNDS; i += 2) {
                if (i == ROUNDS) {
                  // The first half was for the compiler.
                  begin = System.nanoTime();
                }
                if (!await(line, i, end)) {
                  return;
                }
                line.setRelease(i + 1);
              }
              nanos[0] = (System.nanoTime() - begin) / (ROUNDS / 2);
            });
    other.start();
    one.start();
    one.join();
    other.join();
    return nanos[0];
  }

  private static boolean await(AtomicLong line, long value, long end) {
    while (line.getAcquire() != value) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
