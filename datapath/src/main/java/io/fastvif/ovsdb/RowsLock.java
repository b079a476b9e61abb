package io.fastvif.ovsdb;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets the rows be read while none changes. */
final class RowsLock {
  private final ReentrantLock lock = new ReentrantLock();

  void change(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  <T> T read(Supplier<T> reader) {
    lock.lock();
    try {
      return reader.get();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for nobody: empty if another thread has the lock, or the reader's answer is null. */
  <T> Optional<T> readNow(Supplier<T> reader) {
    if (!lock.tryLock()) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(reader.get());
    } finally {
      lock.unlock();
    }
  }
}
