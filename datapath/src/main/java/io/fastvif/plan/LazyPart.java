package io.fastvif.plan;

import java.util.function.Supplier;

/**
 * A part of the host that is read when planning first asks for it, for all snapshots that have it.
 * Two threads that ask at once both read it. Where reading fails, the next who asks reads again.
 */
final class LazyPart<T> {
  private final Supplier<? extends T> reader;
  private volatile T read;

  LazyPart(Supplier<? extends T> reader) {
    this.reader = reader;
  }

  T get() {
    T known = read;
    if (known == null) {
      known = reader.get();
      read = known;
    }
    return known;
  }
}
