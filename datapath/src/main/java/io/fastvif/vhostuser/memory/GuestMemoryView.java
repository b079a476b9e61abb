package io.fastvif.vhostuser.memory;

/**
 * One ring's view of a guest's memory: stays the same until the ring calls {@link #refresh}. One
 * thread at a time may use it. A translation costs a comparison with the region used last, or a
 * binary search if the address is in another one; nothing allocates.
 */
public final class GuestMemoryView implements AutoCloseable {
  private final CurrentGuestMemory source;
  private GuestMemory memory;
  private AddressTable guest;
  private AddressTable user;
  // The region used last; at first none: a size of 0 holds no address.
  private long guestBegin;
  private long guestSize;
  private long guestTarget;
  private long userBegin;
  private long userSize;
  private long userTarget;

  /**
   * Creates a view of the current memory.
   *
   * @param source where to find the newest
   */
  public GuestMemoryView(CurrentGuestMemory source) {
    this.source = source;
    take(source.retain());
  }

  /**
   * Switches to the newest memory. Call it between two bursts: if it returns true, addresses
   * translated before are invalid.
   *
   * @return whether the memory has changed
   */
  public boolean refresh() {
    if (source.get() == memory) {
      return false;
    }
    GuestMemory former = memory;
    take(source.retain());
    former.release();
    return true;
  }

  private void take(GuestMemory newest) {
    memory = newest;
    guest = newest.guest();
    user = newest.user();
    guestSize = 0;
    userSize = 0;
  }

  /**
   * Translates an address of the guest's, as {@link GuestMemory#translate}.
   *
   * @param guestAddress the first byte's, unsigned
   * @param length bytes
   * @return the first byte's address in this process; 0 if the bytes are not wholly within one
   *     region
   */
  public long translate(long guestAddress, long length) {
    long address = AddressTable.translate(guestAddress, length, guestBegin, guestSize, guestTarget);
    return address != 0 ? address : search(guestAddress, length);
  }

  private long search(long guestAddress, long length) {
    int index = guest.find(guestAddress);
    if (index < 0) {
      return 0;
    }
    guestBegin = guest.begin(index);
    guestSize = guest.size(index);
    guestTarget = guest.target(index);
    return AddressTable.translate(guestAddress, length, guestBegin, guestSize, guestTarget);
  }

  /**
   * How many bytes follow an address of the guest's within its region.
   *
   * @param guestAddress the first byte's, unsigned
   * @return at least 1; 0 if the byte is in no region
   */
  public long contiguous(long guestAddress) {
    int index = guest.find(guestAddress);
    long offset = index < 0 ? -1 : guestAddress - guest.begin(index);
    return index >= 0 && Long.compareUnsigned(offset, guest.size(index)) < 0
        ? guest.size(index) - offset
        : 0;
  }

  /**
   * Translates an address of the frontend's, as {@link GuestMemory#translateUser}.
   *
   * @param userAddress the first byte's, unsigned
   * @param length bytes
   * @return the first byte's address in this process; 0 if the bytes are not wholly within one
   *     region
   */
  public long translateUser(long userAddress, long length) {
    long address = AddressTable.translate(userAddress, length, userBegin, userSize, userTarget);
    return address != 0 ? address : searchUser(userAddress, length);
  }

  private long searchUser(long userAddress, long length) {
    int index = user.find(userAddress);
    if (index < 0) {
      return 0;
    }
    userBegin = user.begin(index);
    userSize = user.size(index);
    userTarget = user.target(index);
    return AddressTable.translate(userAddress, length, userBegin, userSize, userTarget);
  }

  /**
   * Returns the memory behind the view, for {@link GuestMemory#isIntact} and {@link
   * GuestMemory#revoke}.
   *
   * @return the memory, without adding a user
   */
  public GuestMemory memory() {
    return memory;
  }

  /** Releases the memory; none of its addresses may be used afterwards. */
  @Override
  public void close() {
    memory.release();
    take(GuestMemory.empty());
  }
}
