package io.fastvif.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs work at most once, although a pool may both refuse it and run it: the JDK's pool queues it
 * before it finds that it can start no thread.
 */
final class RunOnce implements Runnable {
  private final Runnable work;
  private final AtomicBoolean taken = new AtomicBoolean();

  RunOnce(Runnable work) {
    this.work = work;
  }

  @Override
  public void run() {
    if (takeBack()) {
      work.run();
    }
  }

  /** Keeps the work from being run; false if it has begun. */
  boolean takeBack() {
    return taken.compareAndSet(false, true);
  }
}
