package io.fastvif.benchmarks;

import io.fastvif.engine.PlugEngine;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Offers operations round a ring. The ring is longer than what the engine holds at most (its queue
 * and one batch), so an operation is completed before its turn comes again.
 */
final class Producer {
  static final int RING = 8192;
  private static final long DONE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long PAUSE_NANOS = 10_000;

  private final PlugEngine engine;
  private final CountedOperation[] ring = new CountedOperation[RING];
  private CountedOperation last;
  private int next;
  private long offers;

  /**
   * @param name different for each producer of an engine: two operations on the same VIF do not go
   *     into one batch
   */
  Producer(PlugEngine engine, String name) {
    this(engine, i -> CountedOperation.empty(name + "-" + i));
  }

  /**
   * @param operations makes the operation of a number below {@link #RING}
   */
  Producer(PlugEngine engine, IntFunction<CountedOperation> operations) {
    this.engine = engine;
    for (int i = 0; i < RING; i++) {
      ring[i] = operations.apply(i);
    }
    last = ring[0];
  }

  /** Offers the next operation; false if the queue is full. */
  boolean offer() {
    CountedOperation operation = ring[next];
    if (!engine.offer(operation)) {
      return false;
    }
    operation.accepted();
    offers++;
    last = operation;
    next = (next + 1) & (RING - 1);
    return true;
  }

  /** How many operations the engine has accepted. */
  long offers() {
    return offers;
  }

  /** Lets the engine work for a moment; for when the queue is full. */
  static void pause() {
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /** Waits until all that was accepted is completed: the engine keeps a producer's order. */
  void await() {
    long deadline = System.nanoTime() + DONE_WITHIN_NANOS;
    while (!last.isDone()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not all operations were completed within 20 s");
      }
      pause();
    }
  }

  /** Waits, and fails unless each operation was completed exactly as often as it was accepted. */
  void check() {
    await();
    for (CountedOperation operation : ring) {
      operation.check();
    }
  }
}
