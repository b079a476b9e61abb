package io.fastvif.netlink.route;

/**
 * {@code struct tcmsg} of linux/rtnetlink.h, the header of requests on queueing disciplines and
 * filters.
 *
 * <pre>
 *   0       1                       4
 *  +-------+-----------------------+-------------------------------+
 *  |family |                       |             ifindex           |
 *  +-------+-----------------------+-------------------------------+
 *  |             handle            |             parent            |
 *  +-------------------------------+-------------------------------+
 *  |              info             |
 *  +-------------------------------+
 * </pre>
 */
final class TrafficControl {
  static final int INDEX = 4;
  static final int HANDLE = 8;
  static final int PARENT = 12;
  static final int INFO = 16;
  static final int LENGTH = 20;

  /** What a link receives has its qdisc under this handle, {@code ffff:}. */
  static final int INGRESS_HANDLE = 0xffff_0000;

  private TrafficControl() {}
}
