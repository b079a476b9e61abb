package io.fastvif.plan;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * A snapshot of the kernel with what hangs on links, each link's read when it is first asked for.
 */
final class EntriesSnapshot extends DelegatingSnapshot {
  private final IntFunction<LinkEntries> reader;
  private final Map<Integer, LinkEntries> read = new ConcurrentHashMap<>();

  EntriesSnapshot(HostSnapshot kernel, IntFunction<LinkEntries> reader) {
    super(kernel);
    this.reader = reader;
  }

  @Override
  public LinkEntries entries(int index) {
    return read.computeIfAbsent(index, reader::apply);
  }
}
