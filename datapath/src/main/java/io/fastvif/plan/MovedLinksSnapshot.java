package io.fastvif.plan;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/** A snapshot with the links of other namespaces that lie on a link, read when first asked for. */
final class MovedLinksSnapshot extends DelegatingSnapshot {
  private final IntFunction<MovedLinks> reader;
  private final Map<Integer, MovedLinks> read = new ConcurrentHashMap<>();

  MovedLinksSnapshot(HostSnapshot kernel, IntFunction<MovedLinks> reader) {
    super(kernel);
    this.reader = reader;
  }

  @Override
  public MovedLinks movedLinks(int index) {
    return read.computeIfAbsent(index, reader::apply);
  }
}
