package io.fastvif.observe;

import java.util.function.IntConsumer;
import org.agrona.collections.IntHashSet;

/** A set of link indexes or groups, unboxed. Any thread may use it; nobody holds it for long. */
final class IndexMarks {
  private static final int[] NONE = {};

  private final IntHashSet indexes = new IntHashSet();

  synchronized void add(int index) {
    indexes.add(index);
  }

  synchronized void remove(int index) {
    indexes.remove(index);
  }

  synchronized boolean contains(int index) {
    return indexes.contains(index);
  }

  synchronized int size() {
    return indexes.size();
  }

  synchronized void clear() {
    if (!indexes.isEmpty()) {
      indexes.clear();
    }
  }

  /** Moves all of them to another set. */
  void drainTo(IndexMarks other) {
    for (int index : drain()) {
      other.add(index);
    }
  }

  /** Gives each of those there are now. */
  void each(IntConsumer consumer) {
    for (int index : copy()) {
      consumer.accept(index);
    }
  }

  private synchronized int[] drain() {
    int[] copy = copy();
    clear();
    return copy;
  }

  private synchronized int[] copy() {
    if (indexes.isEmpty()) {
      return NONE;
    }
    int[] copy = new int[indexes.size()];
    int count = 0;
    IntHashSet.IntIterator iterator = indexes.iterator();
    while (iterator.hasNext()) {
      copy[count++] = iterator.nextValue();
    }
    return copy;
  }
}
