package io.fastvif.vhostuser.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The regions of a guest's memory at one time. It never changes, counts its users, of which the
 * maker is the first, and lets its mappings go with the last one. Any thread that is a user may
 * read it. Rings use a {@link GuestMemoryView}, which remembers the last region as well.
 */
public final class GuestMemory {
  /** What SET_MEM_TABLE can carry; with CONFIGURE_MEM_SLOTS there may be {@link #MOST_REGIONS}. */
  public static final int MOST_REGIONS_IN_A_MESSAGE = 8;

  /** What KVM offers, and other backends too (KVM_USER_MEM_SLOTS of x86, less three). */
  public static final int MOST_REGIONS = 509;

  /** How often one region may be added: more than any frontend has queue pairs. */
  private static final int MOST_TIMES = 1 << 16;

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
   * A memory without regions, which holds no address.
   *
   * @return it, with one user
   */
  public static GuestMemory empty() {
    return new GuestMemory(List.of());
  }

  /**
   * Maps regions, all or none.
   *
   * @param regions what the frontend says of them
   * @param descriptors the file of each; the caller keeps them and may close them afterwards
   * @param backing which files to take
   * @return the memory, with one user
   * @throws InvalidMemoryException if a region cannot be, overlaps another, or its file will not do
   */
  public static GuestMemory map(List<MemoryRegion> regions, int[] descriptors, Backing backing) {
    if (regions.size() > MOST_REGIONS || regions.size() != descriptors.length) {
      throw new InvalidMemoryException(
          regions.size() + " memory regions with " + descriptors.length + " descriptors");
    }
    List<MappedRegion> mapped = new ArrayList<>(regions.size());
    try {
      for (int i = 0; i < descriptors.length; i++) {
        mapped.add(MappedRegion.map(regions.get(i), descriptors[i], backing));
        requireNoOverlap(mapped.get(i), mapped.subList(0, i));
      }
      return new GuestMemory(mapped);
    } catch (RuntimeException | Error e) {
      mapped.forEach(region -> region.mapping().release());
      throw e;
    }
  }

  /**
   * The same memory with one more region. QEMU 7.2 adds and removes each region once for every
   * queue pair: one that is there already, with the same addresses and the same part of the same
   * file, is counted, and goes when it was removed as often.
   *
   * @param region what the frontend says of it
   * @param descriptor its file; the caller keeps it and may close it afterwards
   * @param backing which files to take
   * @return a memory of its own, with one user
   * @throws InvalidMemoryException if the region cannot be, overlaps another, its file will not do,
   *     or there are {@link #MOST_REGIONS}
   */
  public GuestMemory with(MemoryRegion region, int descriptor, Backing backing) {
    MappedRegion added = MappedRegion.map(region, descriptor, backing);
    for (MappedRegion former : regions) {
      if (former.repeats(added) && former.times() < MOST_TIMES) {
        added.mapping().release();
        return replaced(former, former.again(1));
      }
    }
    try {
      if (regions.size() == MOST_REGIONS) {
        throw new InvalidMemoryException("more than " + MOST_REGIONS + " memory regions");
      }
      requireNoOverlap(added, regions);
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
   * The same memory without a region.
   *
   * @param region which: by its addresses and size
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

  private static void requireNoOverlap(MappedRegion region, List<MappedRegion> others) {
    for (MappedRegion other : others) {
      if (region.overlaps(other)) {
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

  /**
   * The regions.
   *
   * @return in the order in which they came
   */
  public List<MemoryRegion> regions() {
    return regions.stream().map(MappedRegion::region).toList();
  }

  /**
   * Whether no region's file has shrunk: see {@link SharedMapping#isIntact}.
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
   * Whether an access has failed: see {@link SharedMapping#hasFaulted}.
   *
   * @return whether zeros are in some region's place
   */
  public boolean hasFaulted() {
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).mapping().hasFaulted()) {
        return true;
      }
    }
    return false;
  }

  /** Puts private zeros in the place of all regions: see {@link SharedMapping#revoke}. */
  public void revoke() {
    regions.forEach(region -> region.mapping().revoke());
  }

  /**
   * Adds a user, if there is one still.
   *
   * @return false if the memory was let go already
   */
  public boolean tryRetain() {
    return UserCount.tryAdd(users);
  }

  /** Takes a user away; with the last one the mappings go. */
  public void release() {
    if (UserCount.remove(users)) {
      regions.forEach(region -> region.mapping().release());
    }
  }

  /**
   * The guest's address of a byte that the frontend names by its own: a dirty log counts by those.
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
