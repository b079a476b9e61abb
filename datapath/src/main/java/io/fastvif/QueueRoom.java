package io.fastvif;

import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for room in an engine's queue. */
final class QueueRoom {
  private static final long PAUSE_NANOS = 50_000;

  private final PlugEngine engine;
  private final Duration limit;

  /**
   * @param limit for how long it waits
   */
  QueueRoom(PlugEngine engine, Duration limit) {
    this.engine = engine;
    this.limit = limit;
  }

  /** Repeats an offer until it is taken; empty if there was no room in time. */
  <T> Optional<T> untilTaken(Supplier<Optional<T>> offer) {
    long deadline = System.nanoTime() + limit.toNanos();
    Optional<T> submitted = offer.get();
    while (submitted.isEmpty()
        && System.nanoTime() - deadline <= 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      submitted = offer.get();
    }
    return submitted;
  }

  /** What becomes of an operation that there was no room for. */
  PlugResult refused(String id) {
    boolean isInterrupted = Thread.currentThread().isInterrupted();
    String why =
        isInterrupted
            ? "interrupted while the queue of " + engine + " was full"
            : "the queue of " + engine + " was full for " + limit.toMillis() + " ms";
    FailureKind kind = isInterrupted ? FailureKind.OTHER : FailureKind.TIMED_OUT;
    PlugFailure failure = new PlugFailure(id, "not begun", 0, why, List.of(), kind);
    return new PlugResult(null, Outcome.FAILED, failure, List.of());
  }
}
