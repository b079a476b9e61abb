package io.fastvif.vhostuser.memory;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;

/**
 * A region of a guest's memory with its mapping.
 *
 * @param region what the frontend said of it
 * @param mapping where it is in this process
 * @param times how often the frontend has added it, and not removed it
 */
record MappedRegion(MemoryRegion region, SharedMapping mapping, int times) {

  /**
   * Checks a region and maps it.
   *
   * @throws InvalidMemoryException if the region cannot be
   */
  static MappedRegion map(MemoryRegion region, int fd, Backing backing) {
    String name = "memory region " + region;
    if (region.size() <= 0
        || wraps(region.guestAddress(), region.size())
        || wraps(region.userAddress(), region.size())) {
      throw new InvalidMemoryException(name + ": no such range of addresses");
    }
    long offset = region.mmapOffset();
    if (((region.guestAddress() - offset | region.userAddress() - offset)
            & (SharedMapping.ALIGNMENT - 1))
        != 0) {
      throw new InvalidMemoryException(
          name + ": its addresses and offset differ by no multiple of " + SharedMapping.ALIGNMENT);
    }
    return new MappedRegion(
        region, SharedMapping.map(fd, region.mmapOffset(), region.size(), backing, name), 1);
  }

  void save(HandOverWriter writer) {
    writer
        .number(region.guestAddress())
        .number(region.size())
        .number(region.userAddress())
        .number(region.mmapOffset())
        .number(times)
        .descriptor(mapping.descriptor());
  }

  /** One that another process has saved, with its file, which is the reader's to close. */
  record Saved(MemoryRegion region, int times, FileDescriptor file) {
    static Saved read(HandOverReader reader) {
      MemoryRegion region =
          new MemoryRegion(
              reader.longNumber(), reader.longNumber(), reader.longNumber(), reader.longNumber());
      int times = reader.number();
      FileDescriptor file = reader.takeDescriptor();
      if (file == null || times < 1) {
        throw new HandOverException("memory region " + region + " without its file");
      }
      return new Saved(region, times, file);
    }

    MappedRegion map(Backing backing) {
      return MappedRegion.map(region, file.value(), backing).again(times - 1);
    }
  }

  private static boolean wraps(long address, long size) {
    return Long.compareUnsigned(address + size - 1, address) < 0;
  }

  /** The same, added so many times more. */
  MappedRegion again(int more) {
    return new MappedRegion(region, mapping, times + more);
  }

  /** Whether the two are the same part of the same file at the same addresses. */
  boolean repeats(MappedRegion other) {
    return region.equals(other.region) && mapping.isOfFileOf(other.mapping);
  }

  /**
   * Whether some address would have two meanings. A frontend that shows its guest the same memory
   * in two places has two regions with one user address, which means the same byte of the file in
   * both.
   */
  boolean contradicts(MappedRegion other) {
    return overlap(region.guestAddress(), region.size(), other.region.guestAddress(), other)
        || (overlap(region.userAddress(), region.size(), other.region.userAddress(), other)
            && !isAliasOf(other));
  }

  private boolean isAliasOf(MappedRegion other) {
    return mapping.isOfFileOf(other.mapping)
        && region.userAddress() - region.mmapOffset()
            == other.region.userAddress() - other.region.mmapOffset();
  }

  private static boolean overlap(long a, long sizeOfA, long b, MappedRegion other) {
    return Long.compareUnsigned(b - a, sizeOfA) < 0
        || Long.compareUnsigned(a - b, other.region.size()) < 0;
  }
}
