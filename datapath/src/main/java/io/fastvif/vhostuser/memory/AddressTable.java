package io.fastvif.vhostuser.memory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Where each range of addresses lies in this process, in three arrays in the order of the
 * addresses. Unsigned numbers are compared as signed ones with the highest bit changed.
 */
final class AddressTable {
  private final long[] keys;
  private final long[] sizes;
  private final long[] targets;

  AddressTable(List<MappedRegion> regions, ToLongFunction<MemoryRegion> address) {
    List<MappedRegion> sorted =
        regions.stream()
            .sorted(Comparator.comparingLong(r -> key(address.applyAsLong(r.region()))))
            .toList();
    long[] begins = new long[sorted.size()];
    long[] lengths = new long[sorted.size()];
    long[] places = new long[sorted.size()];
    int count = 0;
    for (MappedRegion region : sorted) {
      long begin = key(address.applyAsLong(region.region()));
      long length = region.region().size();
      // Of aliases, what the one before has already is left out: it is the same memory.
      long shared = count == 0 ? 0 : begins[count - 1] + lengths[count - 1] - begin;
      boolean overlaps =
          count > 0 && Long.compareUnsigned(begin - begins[count - 1], lengths[count - 1]) < 0;
      long cut = overlaps ? Math.min(shared, length) : 0;
      if (cut < length) {
        begins[count] = begin + cut;
        lengths[count] = length - cut;
        places[count] = region.mapping().address() + cut;
        count++;
      }
    }
    keys = Arrays.copyOf(begins, count);
    sizes = Arrays.copyOf(lengths, count);
    targets = Arrays.copyOf(places, count);
  }

  private static long key(long address) {
    return address ^ Long.MIN_VALUE;
  }

  /** The last region that begins at or below an address: the only one that can hold it; or -1. */
  int find(long address) {
    long key = key(address);
    int low = 0;
    int count = keys.length;
    while (count > 0) {
      int half = count >>> 1;
      boolean right = keys[low + half] <= key;
      low = right ? low + half + 1 : low;
      count = right ? count - half - 1 : half;
    }
    return low - 1;
  }

  long begin(int index) {
    return key(keys[index]);
  }

  long size(int index) {
    return sizes[index];
  }

  long target(int index) {
    return targets[index];
  }

  long translate(long address, long length) {
    int index = find(address);
    if (index < 0) {
      return 0;
    }
    return translate(address, length, begin(index), sizes[index], targets[index]);
  }

  /**
   * Where a range lies, if it is within a region, else 0. Nothing here can overflow: a size is
   * positive, so an offset below it is too, and a length that is below the rest is not negative.
   */
  static long translate(long address, long length, long begin, long size, long target) {
    long offset = address - begin;
    return Long.compareUnsigned(offset, size) < 0
            && Long.compareUnsigned(length, size - offset) <= 0
        ? target + offset
        : 0;
  }
}
