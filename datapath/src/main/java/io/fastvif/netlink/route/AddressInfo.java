package io.fastvif.netlink.route;

/**
 * The fixed header of address messages, {@code struct ifaddrmsg} of linux/if_addr.h.
 *
 * <pre>
 *   0       1       2       3       4                               8
 *  +-------+-------+-------+-------+-------------------------------+
 *  |family |prefix | flags | scope |             index             |
 *  +-------+-------+-------+-------+-------------------------------+
 * </pre>
 */
final class AddressInfo {
  static final int FAMILY = 0;
  static final int PREFIX_LENGTH = 1;
  static final int FLAGS = 2;
  static final int SCOPE = 3;
  static final int INDEX = 4;
  static final int LENGTH = 8;

  private AddressInfo() {}
}
