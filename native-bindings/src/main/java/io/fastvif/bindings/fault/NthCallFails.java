package io.fastvif.bindings.fault;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Has the n-th system call that certain threads make fail, and no other. */
public final class NthCallFails implements SystemCallFaults.Injector {
  private final long n;
  private final int errno;
  private final Predicate<Thread> threads;
  private final AtomicLong calls = new AtomicLong();
  private volatile Throwable place;
  private volatile long failedNumber;

  /**
   * Makes an injector.
   *
   * @param n which call fails, from 1; {@code Long.MAX_VALUE} only counts
   * @param errno the positive errno that it fails with
   * @param threads whose calls count; a test leaves its own peers' threads out
   */
  public NthCallFails(long n, int errno, Predicate<Thread> threads) {
    this.n = n;
    this.errno = errno;
    this.threads = threads;
  }

  @Override
  public int errno(long number, long first, long second) {
    if (!threads.test(Thread.currentThread()) || calls.incrementAndGet() != n) {
      return 0;
    }
    failedNumber = number;
    place = new Throwable("system call " + number + " fails here with errno " + errno);
    return errno;
  }

  /** The positive errno that the call fails with. */
  public int errno() {
    return errno;
  }

  /** How many calls there were so far. */
  public long calls() {
    return calls.get();
  }

  /** Whether the call's turn has come. */
  public boolean hasFailed() {
    return place != null;
  }

  /** The {@code __NR_} constant of the call that failed; 0 if none has. */
  public long failedNumber() {
    return failedNumber;
  }

  /** Where the call that failed was made, for a test's message; null if none has. */
  public Throwable place() {
    return place;
  }
}
