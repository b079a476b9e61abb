package io.fastvif.vhostuser.memory;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts users of something that is gone when there is none. */
final class UserCount {
  private UserCount() {}

  /** Adds a user, unless there is none any more. */
  static boolean tryAdd(AtomicInteger users) {
    int count;
    do {
      count = users.get();
      if (count == 0) {
        return false;
      }
    } while (!users.compareAndSet(count, count + 1));
    return true;
  }

  /** Takes a user away; tells whether it was the last. */
  static boolean remove(AtomicInteger users) {
    int left = users.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("released more often than retained");
    }
    return left == 0;
  }
}
