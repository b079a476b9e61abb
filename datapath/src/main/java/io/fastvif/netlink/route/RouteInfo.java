package io.fastvif.netlink.route;

/**
 * The fixed header of route messages, {@code struct rtmsg} of linux/rtnetlink.h.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7       8
 *  +-------+-------+-------+-------+-------+-------+-------+-------+
 *  |family |dst_len|src_len|  tos  | table | proto | scope | type  |
 *  +-------+-------+-------+-------+-------+-------+-------+-------+
 *  |             flags             |
 *  +-------------------------------+
 * </pre>
 */
final class RouteInfo {
  static final int FAMILY = 0;
  static final int DESTINATION_LENGTH = 1;
  static final int SOURCE_LENGTH = 2;
  static final int TYPE_OF_SERVICE = 3;
  static final int TABLE = 4;
  static final int PROTOCOL = 5;
  static final int SCOPE = 6;
  static final int TYPE = 7;
  static final int FLAGS = 8;
  static final int LENGTH = 12;

  private RouteInfo() {}
}
