package io.fastvif.vhostuser.memory;

/**
 * A guest's memory as one ring sees it: the same until the ring asks for the newest. One thread at
 * a time may use it. Nothing but {@link #refresh} with a new memory takes longer than a comparison
 * with the region used last or, with several, a binary search; nothing allocates.
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
   * Looks at a guest's memory as it is now.
   *
   * @param source where to find the newest
   */
  public GuestMemoryView(CurrentGuestMemory source) {
    this.source = source;
    take(source.retain());
  }

  /**
   * Picks up the newest memory. To be called between two bursts: addresses that were translated
   * before must not be used any more if it returns true.
   *
   * @return whether there was another one
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
   * The memory that the view looks at, for {@link GuestMemory#isIntact} and {@link
   * GuestMemory#revoke}.
   *
   * @return it, not retained
   */
  public GuestMemory memory() {
    return memory;
  }

  /** Lets the memory go; no address of it may be used any more. */
  @Override
  public void close() {
    memory.release();
    take(GuestMemory.empty());
  }
}
