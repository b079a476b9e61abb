package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads or processes do. */
public final class Await {
  private static final long BOUND_SECONDS = 120;
  private static final long PAUSE_NANOS = 5_000_000;

  private Await() {}

  /** What is waited for. */
  public interface Condition {
    /** Whether it is so. */
    boolean isMet() throws Exception;
  }

  /** Waits until the condition is met, which must be within 120 s. */
  public static void until(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.isMet()) {
      assertTrue(System.nanoTime() < deadline, () -> "not within 120 s: " + what);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
