package io.fastvif.netlink;

/**
 * {@code struct sockaddr_nl}, linux/netlink.h. By hand: the generated class takes longer to start.
 *
 * <pre>
 *  0        2        4                 8                 12
 * +--------+--------+-----------------+-----------------+
 * | family | pad    | port id         | groups          |
 * +--------+--------+-----------------+-----------------+
 * </pre>
 */
final class NetlinkAddress {
  static final int SIZE = 12;
  static final int FAMILY_OFFSET = 0;
  static final int PORT_ID_OFFSET = 4;

  private NetlinkAddress() {}
}
