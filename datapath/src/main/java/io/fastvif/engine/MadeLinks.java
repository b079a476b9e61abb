package io.fastvif.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The links that a plan has made: their indexes by their names. */
final class MadeLinks {
  private final List<String> names = new ArrayList<>();
  private int[] indexes = new int[4];

  void clear() {
    names.clear();
  }

  void add(String name, int index) {
    if (names.size() == indexes.length) {
      indexes = Arrays.copyOf(indexes, 2 * indexes.length);
    }
    indexes[names.size()] = index;
    names.add(name);
  }

  /** The index of the last one that was made under that name; 0 for none. */
  int index(String name) {
    for (int i = names.size() - 1; i >= 0; i--) {
      if (names.get(i).equals(name)) {
        return indexes[i];
      }
    }
    return 0;
  }
}
