package io.fastvif.vhostuser.protocol;

/**
 * Where a ring's parts are: the payload of SET_VRING_ADDR. The addresses are the frontend's, but
 * for the log's, which is the guest's.
 *
 * @param index the ring's number
 * @param flags bit 0, VHOST_VRING_F_LOG: writes to the used ring are marked in the dirty log
 * @param descriptors the descriptor table, or the packed ring
 * @param used the used ring, or the device's event suppression
 * @param available the available ring, or the driver's event suppression
 * @param log the guest's address to mark for the used ring
 */
public record RingAddresses(
    int index, int flags, long descriptors, long used, long available, long log) {

  /** Whether writes to the used ring are marked. */
  static final int LOG_FLAG = 1;

  /**
   * Whether writes to the used ring are marked.
   *
   * @return whether VHOST_VRING_F_LOG is set
   */
  public boolean isLogged() {
    return (flags & LOG_FLAG) != 0;
  }

  /**
   * Whether the ring's parts are where the other addresses have them.
   *
   * @param other addresses, or null for none
   * @return whether all three are equal
   */
  public boolean isSamePlaceAs(RingAddresses other) {
    return other != null
        && descriptors == other.descriptors
        && used == other.used
        && available == other.available;
  }
}
