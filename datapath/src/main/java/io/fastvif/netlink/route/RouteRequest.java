package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes route requests: RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE. Addresses are 4 or 16 bytes
 * in network order.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class RouteRequest extends RtnetlinkRequest {
  private static final int MAX_TABLE_IN_HEADER = 255;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public RouteRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to add a route, of the main table, protocol boot and global scope unless changed. EEXIST
   * if it is there. Equivalent to {@code ip route add DESTINATION/PREFIX}.
   *
   * @param family AF_INET or AF_INET6
   * @param destination the network; null for the default route
   * @param prefixLength how many of its bits count
   */
  public RouteRequest add(int family, byte[] destination, int prefixLength) {
    begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, family, destination, prefixLength);
    encoder.setHeaderByte(RouteInfo.PROTOCOL, RTPROT_BOOT);
    encoder.setHeaderByte(RouteInfo.SCOPE, RT_SCOPE_UNIVERSE);
    encoder.setHeaderByte(RouteInfo.TYPE, RTN_UNICAST);
    return this;
  }

  /**
   * Begins to add a route to a network that is on the link itself, without a gateway. Equivalent to
   * {@code ip route add DESTINATION/PREFIX dev DEV}.
   *
   * @param family AF_INET or AF_INET6
   * @param destination the network
   * @param prefixLength how many of its bits count
   * @param index the link's index
   */
  public RouteRequest addOnLink(int family, byte[] destination, int prefixLength, int index) {
    return add(family, destination, prefixLength)
        .scope(family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
        .outputInterface(index);
  }

  /**
   * Begins to delete a route; what is added narrows which one. ESRCH if there is none. Equivalent
   * to {@code ip route delete DESTINATION/PREFIX}.
   *
   * @param family AF_INET or AF_INET6
   * @param destination the network; null for the default route
   * @param prefixLength how many of its bits count
   */
  public RouteRequest delete(int family, byte[] destination, int prefixLength) {
    begin(RTM_DELROUTE, 0, family, destination, prefixLength);
    encoder.setHeaderByte(RouteInfo.SCOPE, RT_SCOPE_NOWHERE);
    return this;
  }

  /**
   * Begins to read routes. Equivalent to {@code ip route show table all}.
   *
   * @param family AF_INET or AF_INET6, or 0 for both
   */
  public RouteRequest dump(int family) {
    beginDump(RTM_GETROUTE, RouteInfo.LENGTH);
    encoder.setHeaderByte(RouteInfo.FAMILY, family);
    return this;
  }

  /**
   * Begins to ask for the route that what comes by a link would take to an address. Refused if
   * there is none (ENETUNREACH, EHOSTUNREACH) or it drops it (EINVAL, EACCES). Equivalent to {@code
   * ip route get ADDRESS iif DEV}.
   *
   * @param family AF_INET or AF_INET6
   * @param address the destination
   * @param bits of the address: 32 or 128
   * @param input the link's index
   */
  public RouteRequest lookup(int family, byte[] address, int bits, int input) {
    begin(RTM_GETROUTE, 0, family, address, bits);
    encoder.setHeaderByte(RouteInfo.TABLE, RT_TABLE_UNSPEC); // the rules say which
    encoder.putInt(RTA_IIF, input);
    return this;
  }

  /**
   * Sets the link that the route leads to, or in a {@link #dump} narrows it to those of a link.
   * Equivalent to {@code dev DEV}.
   *
   * @param index the link's index
   */
  public RouteRequest outputInterface(int index) {
    encoder.putInt(RTA_OIF, index);
    return this;
  }

  /**
   * Sets the next hop. Equivalent to {@code via ADDRESS}.
   *
   * @param address of the route's family
   */
  public RouteRequest gateway(byte[] address) {
    InternetAddress.requireFamilyLength(address);
    encoder.putBytes(RTA_GATEWAY, address);
    return this;
  }

  /**
   * Sets the table, or in a {@link #dump} narrows it to one. Equivalent to {@code table TABLE}.
   *
   * @param table RT_TABLE_MAIN and the like, or any other number
   */
  public RouteRequest table(int table) {
    if (table >= 0 && table <= MAX_TABLE_IN_HEADER) {
      encoder.setHeaderByte(RouteInfo.TABLE, table);
    } else {
      encoder.setHeaderByte(RouteInfo.TABLE, RT_TABLE_UNSPEC);
      encoder.putInt(RTA_TABLE, table);
    }
    return this;
  }

  /**
   * Sets the priority; the route with the lowest wins. Equivalent to {@code metric NUMBER}.
   *
   * @param priority the number
   */
  public RouteRequest priority(int priority) {
    encoder.putInt(RTA_PRIORITY, priority);
    return this;
  }

  /**
   * Sets the address that packets are sent from. Equivalent to {@code src ADDRESS}.
   *
   * @param address of the route's family
   */
  public RouteRequest preferredSource(byte[] address) {
    InternetAddress.requireFamilyLength(address);
    encoder.putBytes(RTA_PREFSRC, address);
    return this;
  }

  /**
   * Sets how far away the destination is. Equivalent to {@code scope SCOPE}.
   *
   * @param scope RT_SCOPE_UNIVERSE, RT_SCOPE_LINK or RT_SCOPE_HOST
   */
  public RouteRequest scope(int scope) {
    encoder.setHeaderByte(RouteInfo.SCOPE, scope);
    return this;
  }

  /**
   * Sets who made the route. Equivalent to {@code proto PROTOCOL}.
   *
   * @param protocol RTPROT_BOOT, RTPROT_STATIC and the like
   */
  public RouteRequest protocol(int protocol) {
    encoder.setHeaderByte(RouteInfo.PROTOCOL, protocol);
    return this;
  }

  private void begin(int type, int flags, int family, byte[] destination, int prefixLength) {
    beginAcknowledged(type, flags, RouteInfo.LENGTH);
    encoder.setHeaderByte(RouteInfo.FAMILY, family);
    encoder.setHeaderByte(RouteInfo.TABLE, RT_TABLE_MAIN);
    if (destination != null) {
      InternetAddress.requireFamilyLength(destination);
      encoder.setHeaderByte(RouteInfo.DESTINATION_LENGTH, prefixLength);
      encoder.putBytes(RTA_DST, destination);
    }
  }
}
