package io.fastvif.netlink.route;

/**
 * The fixed header of link messages, {@code struct ifinfomsg} of linux/rtnetlink.h.
 *
 * <pre>
 *   0       1       2               4               6               8
 *  +-------+-------+---------------+-------------------------------+
 *  |family |  pad  |   ifi_type    |           ifi_index           |
 *  +-------+-------+---------------+-------------------------------+
 *  |           ifi_flags           |          ifi_change           |
 *  +-------------------------------+-------------------------------+
 * </pre>
 */
final class InterfaceInfo {
  static final int FAMILY = 0;
  static final int TYPE = 2;
  static final int INDEX = 4;
  static final int FLAGS = 8;
  static final int CHANGE = 12;
  static final int LENGTH = 16;

  private InterfaceInfo() {}
}
