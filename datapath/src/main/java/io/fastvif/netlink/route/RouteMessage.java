package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads RTM_NEWROUTE and RTM_DELROUTE. A flyweight: valid until the next message is received.
 * Addresses are 4 or 16 bytes in network order.
 */
public final class RouteMessage {
  private static final int NEXT_HOP_LENGTH = 8;
  private static final int NEXT_HOP_LINK = 4;

  private final AttributeTable attributes = new AttributeTable(RTA_MAX);
  private MessageDecoder message;
  private boolean removed;

  /** Makes a message that has nothing to read. */
  public RouteMessage() {}

  /**
   * Reads a message.
   *
   * @param route RTM_NEWROUTE or RTM_DELROUTE
   */
  public RouteMessage wrap(MessageDecoder route) {
    int type = route.type();
    if (type != RTM_NEWROUTE && type != RTM_DELROUTE) {
      throw new IllegalArgumentException("message type " + type + " is not a route's");
    }
    attributes.wrap(route, RouteInfo.LENGTH);
    removed = type == RTM_DELROUTE;
    message = route;
    return this;
  }

  /** Whether the message says that the route is gone (RTM_DELROUTE). */
  public boolean isRemoved() {
    return removed;
  }

  /**
   * The family.
   *
   * @return AF_INET or AF_INET6
   */
  public int family() {
    return message.getByte(RouteInfo.FAMILY);
  }

  /**
   * The network that the route leads to.
   *
   * @return null for the default route
   */
  public byte[] destination() {
    return attributes.getBytes(RTA_DST);
  }

  /**
   * How many bits of the destination count.
   *
   * @return 0 to 128
   */
  public int destinationLength() {
    return message.getByte(RouteInfo.DESTINATION_LENGTH);
  }

  /**
   * How many bits of the packet's source address count.
   *
   * @return 0 to 128
   */
  public int sourceLength() {
    return message.getByte(RouteInfo.SOURCE_LENGTH);
  }

  /**
   * The type of service that the route is for.
   *
   * @return 0 for any
   */
  public int typeOfService() {
    return message.getByte(RouteInfo.TYPE_OF_SERVICE);
  }

  /**
   * The table that the route is in.
   *
   * @return RT_TABLE_MAIN and the like, or any other number
   */
  public int table() {
    return attributes.getInt(RTA_TABLE, message.getByte(RouteInfo.TABLE));
  }

  /**
   * Who made the route.
   *
   * @return RTPROT_KERNEL, RTPROT_BOOT and the like
   */
  public int protocol() {
    return message.getByte(RouteInfo.PROTOCOL);
  }

  /**
   * How far away the destination is.
   *
   * @return RT_SCOPE_…
   */
  public int scope() {
    return message.getByte(RouteInfo.SCOPE);
  }

  /**
   * The sort of route.
   *
   * @return RTN_UNICAST, RTN_LOCAL and the like
   */
  public int type() {
    return message.getByte(RouteInfo.TYPE);
  }

  /**
   * The flags.
   *
   * @return RTM_F_… and RTNH_F_… of linux/rtnetlink.h
   */
  public int flags() {
    return message.getInt(RouteInfo.FLAGS);
  }

  /**
   * The next hop.
   *
   * @return null if the destination is on the link
   */
  public byte[] gateway() {
    return attributes.getBytes(RTA_GATEWAY);
  }

  /**
   * The link that the route leads to.
   *
   * @return its index, or 0
   */
  public int outputInterface() {
    return attributes.getInt(RTA_OIF, 0);
  }

  /**
   * Whether the route, or one of its next hops, leads to a link.
   *
   * @param index the link's index
   * @return whether it does (RTA_OIF or RTA_MULTIPATH)
   */
  public boolean leadsTo(int index) {
    byte[] hops = attributes.getBytes(RTA_MULTIPATH);
    if (hops == null) {
      return outputInterface() == index;
    }
    // struct rtnexthop (linux/rtnetlink.h): its length, flags and hops, the link, attributes.
    ByteBuffer hop = ByteBuffer.wrap(hops).order(ByteOrder.nativeOrder());
    for (int at = 0; at + NEXT_HOP_LENGTH <= hops.length; ) {
      if (hop.getInt(at + NEXT_HOP_LINK) == index) {
        return true;
      }
      int length = hop.getShort(at) & 0xffff;
      at += Math.max(NEXT_HOP_LENGTH, (length + Integer.BYTES - 1) & -Integer.BYTES);
    }
    return false;
  }

  /**
   * The priority.
   *
   * @return the number, unsigned; 0 if none is set
   */
  public int priority() {
    return attributes.getInt(RTA_PRIORITY, 0);
  }

  /**
   * The address that packets are sent from.
   *
   * @return null if there is none
   */
  public byte[] preferredSource() {
    return attributes.getBytes(RTA_PREFSRC);
  }

  /**
   * Whether the route has several next hops.
   *
   * @return whether it does (RTA_MULTIPATH)
   */
  public boolean isMultipath() {
    return attributes.has(RTA_MULTIPATH);
  }

  /** All attributes, for a request that copies them. */
  AttributeIterator attributes(AttributeIterator iterator) {
    return message.attributes(RouteInfo.LENGTH, iterator);
  }
}
