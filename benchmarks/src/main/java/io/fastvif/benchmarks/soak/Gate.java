package io.fastvif.benchmarks.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets those who change the host through, or, while all of them are outside, one who looks. */
final class Gate {
  private static final long CLOSED_WITHIN_SECONDS = 180;

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  /** Waits until the gate is open. */
  void enter() {
    lock.readLock().lock();
  }

  void leave() {
    lock.readLock().unlock();
  }

  /**
   * Closes the gate behind the last who is inside.
   *
   * @return false if somebody is inside for longer than any operation may take
   */
  boolean close() throws InterruptedException {
    return lock.writeLock().tryLock(CLOSED_WITHIN_SECONDS, TimeUnit.SECONDS);
  }

  void open() {
    lock.writeLock().unlock();
  }
}
