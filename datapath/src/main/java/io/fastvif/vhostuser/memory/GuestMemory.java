package io.fastvif.vhostuser.memory;

import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An immutable table of the regions of a guest's memory. It is reference-counted: its creator is
 * the first user, and the last user's {@link #release} unmaps the regions. Any thread that is a
 * user may read it. Rings use a {@link GuestMemoryView}, which also caches the region used last.
 */
public final class GuestMemory {
  /**
   * The regions that fit into SET_MEM_TABLE; with CONFIGURE_MEM_SLOTS there may be {@link
   * #MAX_REGIONS}.
   */
  public static final int MAX_REGIONS_PER_MESSAGE = 8;

  /**
   * The most regions: as many as KVM and other backends take (KVM_USER_MEM_SLOTS of x86, less
   * three).
   */
  public static final int MAX_REGIONS = 509;

  /** The most times that one region may be added: more than any frontend has queue pairs. */
  private static final int MAX_TIMES = 1 << 16;

  private final AtomicInteger users = new AtomicInteger(1);
  private final List<MappedRegion> regions;
  private final AddressTable guest;
  private final AddressTable user;

  private GuestMemory(List<MappedRegion> regions) {
    this.regions = List.copyOf(regions);
    guest = new AddressTable(regions, MemoryRegion::guestAddress);
    user = new AddressTable(regions, MemoryRegion::userAddress);
  }

  /**
   * Returns a memory without regions.
   *
   * @return an empty table with one user
   */
  public static GuestMemory empty() {
    return new GuestMemory(List.of());
  }

  /**
   * Maps all of the regions, or none if one of them fails.
   *
   * @param regions what the frontend says of them
   * @param descriptors the file of each; the caller keeps them and may close them afterwards
   * @param backing which files to take
   * @return the memory, with one user
   * @throws InvalidMemoryException if a region is invalid or overlaps another, or its file is
   *     unsuitable
   */
  public static GuestMemory map(List<MemoryRegion> regions, int[] descriptors, Backing backing) {
    if (regions.size() > MAX_REGIONS || regions.size() != descriptors.length) {
      throw new InvalidMemoryException(
          regions.size() + " memory regions with " + descriptors.length + " descriptors");
    }
    List<MappedRegion> mapped = new ArrayList<>(regions.size());
    try {
      for (int i = 0; i < descriptors.length; i++) {
        mapped.add(MappedRegion.map(regions.get(i), descriptors[i], backing));
        requireUnambiguous(mapped.get(i), mapped.subList(0, i));
      }
      return new GuestMemory(mapped);
    } catch (RuntimeException | Error e) {
      mapped.forEach(region -> region.mapping().release());
      throw e;
    }
  }

  /**
   * Returns a copy with one more region. QEMU 7.2 adds and removes each region once per queue pair,
   * so adding a region that is already there, with the same addresses and the same part of the same
   * file, only counts up; the region goes once it was removed as often as it was added.
   *
   * @param region what the frontend says of it
   * @param descriptor its file; the caller keeps it and may close it afterwards
   * @param backing which files to take
   * @return a memory of its own, with one user
   * @throws InvalidMemoryException if the region is invalid or overlaps another, its file is
   *     unsuitable, or there are {@link #MAX_REGIONS} already
   */
  public GuestMemory with(MemoryRegion region, int descriptor, Backing backing) {
    MappedRegion added = MappedRegion.map(region, descriptor, backing);
    for (MappedRegion former : regions) {
      if (former.repeats(added) && former.times() < MAX_TIMES) {
        added.mapping().release();
        return replaced(former, former.again(1));
      }
    }
    try {
      if (regions.size() == MAX_REGIONS) {
        throw new InvalidMemoryException("more than " + MAX_REGIONS + " memory regions");
      }
      requireUnambiguous(added, regions);
    } catch (RuntimeException | Error e) {
      added.mapping().release();
      throw e;
    }
    List<MappedRegion> all = new ArrayList<>(regions);
    all.forEach(GuestMemory::share);
    all.add(added);
    return new GuestMemory(all);
  }

  /**
   * Returns a copy without a region.
   *
   * @param region the region, identified by its addresses and size
   * @return a memory of its own, with one user
   * @throws InvalidMemoryException if there is no such region
   */
  public GuestMemory without(MemoryRegion region) {
    for (MappedRegion former : regions) {
      if (former.times() > 1 && former.region().isSameAs(region)) {
        return replaced(former, former.again(-1));
      }
    }
    List<MappedRegion> left =
        regions.stream().filter(mapped -> !mapped.region().isSameAs(region)).toList();
    if (left.size() == regions.size()) {
      throw new InvalidMemoryException("there is no memory region " + region);
    }
    left.forEach(GuestMemory::share);
    return new GuestMemory(left);
  }

  private GuestMemory replaced(MappedRegion former, MappedRegion newest) {
    regions.forEach(GuestMemory::share);
    return new GuestMemory(
        regions.stream().map(region -> region.equals(former) ? newest : region).toList());
  }

  private static void share(MappedRegion region) {
    if (!region.mapping().tryRetain()) {
      throw new IllegalStateException("the memory has no user any more");
    }
  }

  private static void requireUnambiguous(MappedRegion region, List<MappedRegion> others) {
    for (MappedRegion other : others) {
      if (region.contradicts(other)) {
        throw new InvalidMemoryException(
            "memory region " + region.region() + " overlaps " + other.region());
      }
    }
  }

  /**
   * Translates an address of the guest's.
   *
   * @param guestAddress the first byte's, unsigned
   * @param length bytes
   * @return the first byte's address in this process; 0 if the bytes are not wholly within one
   *     region
   */
  public long translate(long guestAddress, long length) {
    return guest.translate(guestAddress, length);
  }

  /**
   * Translates an address of the frontend's.
   *
   * @param userAddress the first byte's, unsigned
   * @param length bytes
   * @return the first byte's address in this process; 0 if the bytes are not wholly within one
   *     region
   */
  public long translateUser(long userAddress, long length) {
    return user.translate(userAddress, length);
  }

  /** Writes what it takes to map the same memory in another process, files included. */
  public void save(HandOverWriter writer) {
    writer.number(regions.size());
    regions.forEach(region -> region.save(writer));
  }

  /**
   * Maps what another process had mapped.
   *
   * @return with one user
   * @throws InvalidMemoryException as {@link #map}; all that was written of it is read then
   */
  public static GuestMemory restore(HandOverReader reader, Backing backing) {
    int count = reader.count(MAX_REGIONS);
    List<MappedRegion.Saved> saved = new ArrayList<>(count);
    List<MappedRegion> mapped = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        saved.add(MappedRegion.Saved.read(reader));
      }
      for (MappedRegion.Saved region : saved) {
        mapped.add(region.map(backing));
      }
      return new GuestMemory(mapped);
    } catch (RuntimeException | Error e) {
      mapped.forEach(region -> region.mapping().release());
      throw e;
    } finally {
      saved.forEach(region -> region.file().close());
    }
  }

  /**
   * The regions.
   *
   * @return in the order in which they came
   */
  public List<MemoryRegion> regions() {
    return regions.stream().map(MappedRegion::region).toList();
  }

  /**
   * Returns whether no region's file has shrunk: see {@link SharedMapping#isIntact}.
   *
   * @return whether all can be accessed
   */
  public boolean isIntact() {
    for (MappedRegion region : regions) {
      if (!region.mapping().isIntact()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns whether an access has failed: see {@link SharedMapping#hasFaulted}.
   *
   * @return whether some region was replaced by zeros
   */
  public boolean hasFaulted() {
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).mapping().hasFaulted()) {
        return true;
      }
    }
    return false;
  }

  /** Replaces all regions by private zeros: see {@link SharedMapping#revoke}. */
  public void revoke() {
    regions.forEach(region -> region.mapping().revoke());
  }

  /**
   * Adds a user, unless the last one has released it already.
   *
   * @return false if it was released already
   */
  public boolean tryRetain() {
    return UserCount.tryAdd(users);
  }

  /** Removes a user; the last one unmaps the regions. */
  public void release() {
    if (UserCount.remove(users)) {
      regions.forEach(region -> region.mapping().release());
    }
  }

  /**
   * Converts a user address to a guest address, which is what dirty logs are indexed by.
   *
   * @param userAddress the frontend's address, unsigned
   * @return the guest's; 0 if the byte is in no region
   */
  public long guestAddress(long userAddress) {
    for (MappedRegion mapped : regions) {
      long offset = userAddress - mapped.region().userAddress();
      if (Long.compareUnsigned(offset, mapped.region().size()) < 0) {
        return mapped.region().guestAddress() + offset;
      }
    }
    return 0;
  }

  AddressTable guest() {
    return guest;
  }

  AddressTable user() {
    return user;
  }
}
