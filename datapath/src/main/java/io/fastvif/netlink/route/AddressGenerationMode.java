package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

/** How a link makes its own IPv6 addresses: {@code enum in6_addr_gen_mode} of linux/if_link.h. */
public enum AddressGenerationMode {
  /** From the MAC address. The kernel's default. */
  EUI64(IN6_ADDR_GEN_MODE_EUI64),
  /** Not at all: the link sends no neighbour discovery when it comes up. */
  NONE(IN6_ADDR_GEN_MODE_NONE),
  /** RFC 7217, with the secret of the namespace. */
  STABLE_PRIVACY(IN6_ADDR_GEN_MODE_STABLE_PRIVACY),
  /** RFC 7217, with a random secret. */
  RANDOM(IN6_ADDR_GEN_MODE_RANDOM);

  private static final AddressGenerationMode[] VALUES = values();

  private final int value;

  AddressGenerationMode(int value) {
    this.value = value;
  }

  /**
   * The number in IFLA_INET6_ADDR_GEN_MODE.
   *
   * @return 0 to 3
   */
  public int value() {
    return value;
  }

  /**
   * The mode of a number.
   *
   * @param value from IFLA_INET6_ADDR_GEN_MODE
   * @return the mode, or null if this is not a number of {@code linux/if_link.h}
   */
  public static AddressGenerationMode of(int value) {
    for (AddressGenerationMode mode : VALUES) {
      if (mode.value == value) {
        return mode;
      }
    }
    return null;
  }
}
