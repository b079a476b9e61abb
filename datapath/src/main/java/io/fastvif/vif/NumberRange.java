package io.fastvif.vif;

/**
 * The range of a kind of number: what the kernel or a protocol has room for. Whoever reads such a
 * number checks it here, before it is put into fewer bits and becomes another one: VLAN 65637 would
 * be VLAN 101.
 */
public enum NumberRange {
  /** An IEEE 802.1Q VLAN; 0 and 4095 are none. */
  VLAN(1, 4094),
  /** A VLAN, or 0 for none. */
  VLAN_OR_NONE(0, 4094),
  /** An IEEE 802.1Q priority. */
  PRIORITY(0, 7),
  /** The bytes of a frame's payload, from what IPv4 needs (ETH_MIN_MTU of linux/if_ether.h). */
  MTU(68, 65535),
  /** A port of TCP. */
  PORT(1, 65535),
  /** A user's or a group's id. */
  ID(0, Integer.MAX_VALUE),
  /** A virtual function's rate in Mbit/s; 0 for none. */
  RATE(0, Integer.MAX_VALUE),
  /** The number of a virtual function or subfunction. */
  FUNCTION(0, Integer.MAX_VALUE),
  /** Pairs of rings of a vhost-user port: half of a virtio device's rings in the forwarder. */
  QUEUE_PAIRS(1, 128),
  /** The manager of an IEEE 802.1Qbg VSI type. */
  VSI_MANAGER(0, 0xff),
  /** An IEEE 802.1Qbg VSI type. */
  VSI_TYPE(0, 0xffffff),
  /** The version of a VSI type. */
  VSI_TYPE_VERSION(0, 0xff);

  private final int min;
  private final int max;

  NumberRange(int min, int max) {
    this.min = min;
    this.max = max;
  }

  /** The minimum. */
  public int min() {
    return min;
  }

  /** The maximum. */
  public int max() {
    return max;
  }

  /** Whether a number is in range. */
  public boolean has(long number) {
    return number >= min && number <= max;
  }

  /**
   * Checks a number.
   *
   * @param field where it was read, for the message
   * @throws InvalidInputException if it is out of range
   */
  public int check(String field, long number) {
    if (!has(number)) {
      throw InvalidInputException.ofValue(
          field, Long.toString(number), "is out of range", expected());
    }
    return (int) number;
  }

  /** What is in range, for messages. */
  public String expected() {
    return "a whole number from " + min + " to " + max;
  }
}
