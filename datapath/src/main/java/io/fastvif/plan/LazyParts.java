package io.fastvif.plan;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/** What hangs on links, each link's read when planning first asks for it, see {@link LazyPart}. */
final class LazyParts<T> {
  private final IntFunction<? extends T> reader;
  private volatile Map<Integer, T> read;

  LazyParts(IntFunction<? extends T> reader) {
    this.reader = reader;
  }

  T get(int index) {
    Map<Integer, T> known = read;
    if (known == null) {
      known = new ConcurrentHashMap<>();
      read = known;
    }
    return known.computeIfAbsent(index, reader::apply);
  }
}
