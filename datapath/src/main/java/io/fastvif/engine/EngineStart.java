package io.fastvif.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** How far an engine has come with its start, for any thread. */
final class EngineStart {
  private final EngineName name;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<EnginePhase> phase = new AtomicReference<>(EnginePhase.NEW);
  private volatile RuntimeException failure;

  EngineStart(EngineName name) {
    this.name = name;
  }

  /**
   * The engine is being started.
   *
   * @throws IllegalStateException if it was before, or is closed
   */
  void begin() {
    if (!phase.compareAndSet(EnginePhase.NEW, EnginePhase.BEGUN)) {
      throw new IllegalStateException(name + (isClosed() ? " is closed" : " was started already"));
    }
  }

  /** It has started. */
  void done() {
    ended.countDown();
  }

  /** It cannot be started; {@link #await} throws that. */
  void failed(Throwable thrown) {
    failure = thrown instanceof RuntimeException cause ? cause : new IllegalStateException(thrown);
  }

  /** Closes an engine that was not started; false if it was. */
  boolean close() {
    return phase.compareAndSet(EnginePhase.NEW, EnginePhase.CLOSED);
  }

  boolean isNew() {
    return phase.get() == EnginePhase.NEW;
  }

  /** Whether it was closed before it was started. */
  boolean isClosed() {
    return phase.get() == EnginePhase.CLOSED;
  }

  /** Waits until it has started; throws what keeps it from that. */
  void await() {
    try {
      if (ended.getCount() > 0) {
        ended.await(); // refuses an interrupted thread even where there is nothing to wait for
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " started", interrupted);
    }
    if (failure != null) {
      throw failure;
    }
  }
}
