package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.route.EntryMessage;
import io.fastvif.plan.LinkEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A route by a link. */
final class RouteEntry {
  private static final int DESTINATION_LENGTH_OFFSET = 1;
  private static final int SOURCE_LENGTH_OFFSET = 2;
  private static final int TOS_OFFSET = 3;
  private static final int TABLE_OFFSET = 4;
  private static final int PROTOCOL_OFFSET = 5;
  private static final int SCOPE_OFFSET = 6;
  private static final int TYPE_OFFSET = 7;
  private static final int FLAGS_OFFSET = 8;
  private static final int GREATEST_SCOPE = 255;
  private static final int EXPIRES_OFFSET = 8;

  private final boolean ipv6;
  private final int type;
  private final int protocol;
  private final int scope;
  private final int table;
  private final int flags;
  private final int metric;
  private final int destinationLength;
  private final boolean gateway;
  private final boolean ipv6Gateway;
  private final boolean multipath;
  private final boolean nextHopObject;
  private final boolean ownMtu;
  private final boolean expiring;
  private final byte[] destination;
  private final byte[] preferredSource;
  private final byte[] key;
  private final byte[] body;
  private final byte[] identity;
  private final String text;

  /** Reads it from a message. */
  RouteEntry(EntryMessage message) {
    ipv6 = message.headerByte(0) == AF_INET6;
    destinationLength = message.headerByte(DESTINATION_LENGTH_OFFSET);
    protocol = message.headerByte(PROTOCOL_OFFSET);
    scope = message.headerByte(SCOPE_OFFSET);
    type = message.headerByte(TYPE_OFFSET);
    flags = message.headerInt(FLAGS_OFFSET);
    table = message.number(RTA_TABLE, message.headerByte(TABLE_OFFSET));
    metric = message.number(RTA_PRIORITY, 0);
    multipath = message.attribute(RTA_MULTIPATH) != null;
    ipv6Gateway = !ipv6 && message.attribute(RTA_VIA) != null;
    gateway = multipath || ipv6Gateway || message.attribute(RTA_GATEWAY) != null;
    nextHopObject = message.attribute(RTA_NH_ID) != null;
    ownMtu = ipv6 && RouteMetrics.hasOwnMtu(message.attribute(RTA_METRICS));
    expiring = ipv6 && isExpiring(message.attribute(RTA_CACHEINFO));
    destination = message.attribute(RTA_DST);
    preferredSource = message.attribute(RTA_PREFSRC);
    byte[] source = message.attribute(RTA_SRC);
    key =
        EntryText.key(
            destinationLength,
            destination,
            message.headerByte(SOURCE_LENGTH_OFFSET),
            source,
            table,
            metric);
    body = message.body();
    identity = message.identity();
    text = EntryText.route(message, table, metric, message.headerByte(TOS_OFFSET));
  }

  private static boolean isExpiring(byte[] times) {
    return times != null
        && ByteBuffer.wrap(times).order(ByteOrder.nativeOrder()).getInt(EXPIRES_OFFSET) > 0;
  }

  boolean isIpv6() {
    return ipv6;
  }

  /** Whether it has an MTU of its own that the kernel changes with its link's. */
  boolean hasOwnMtu() {
    return ownMtu && (flags & RTM_F_CLONED) == 0;
  }

  /** Whether the kernel has made it, or somebody says so. */
  boolean isKernels() {
    return protocol == RTPROT_KERNEL && type == RTN_UNICAST;
  }

  /** Whether it comes with the link or with an address, or is only a cached look-up. */
  boolean isMadeWithLink() {
    boolean cloned = (flags & RTM_F_CLONED) != 0;
    return cloned
        || (protocol == RTPROT_KERNEL && (table == RT_TABLE_LOCAL || type != RTN_UNICAST));
  }

  /** Whether it says that a network of IPv6 is on the link. */
  boolean isToIpv6Network() {
    return ipv6 && !gateway && preferredSource == null && isKernels();
  }

  /** Whether it goes where a next hop object goes, so that it need not be touched. */
  boolean hasNextHopObject() {
    return nextHopObject;
  }

  boolean hasGateway() {
    return gateway;
  }

  int destinationLength() {
    return destinationLength;
  }

  /** The network's address; null for a default route. */
  byte[] destination() {
    return destination;
  }

  byte[] preferredSource() {
    return preferredSource;
  }

  int metric() {
    return metric;
  }

  /** The lowest is added first: a gateway must be reached by a route of a narrower scope. */
  int order() {
    int narrow = ipv6 ? (gateway ? 1 : 0) : GREATEST_SCOPE - scope;
    return ipv6 ? GREATEST_SCOPE + 1 + narrow : narrow;
  }

  /**
   * What is carried to another link.
   *
   * @param all the link's routes
   * @param takesAdvertisements whether the kernel takes what routers advertise on the link
   */
  LinkEntry entry(List<RouteEntry> all, boolean takesAdvertisements) {
    return LinkEntry.builder(LinkEntry.Kind.ROUTE, text, body, identity)
        .way(way(all))
        .needsIpv6(ipv6 || ipv6Gateway)
        .advertised(takesAdvertisements && (isToIpv6Network() || (ipv6 && protocol == RTPROT_RA)))
        .build();
  }

  /** Whether IPv6 makes one multipath route of all such routes of one key. */
  boolean isHop() {
    return ipv6 && gateway && !nextHopObject;
  }

  /**
   * What gives it its own MTU again: in place, unless the kernel would replace another route of its
   * key, which is the first that is not a hop either.
   *
   * @param all the IPv6 routes of all links in the kernel's order; not looked at for a hop
   */
  LinkEntry withOwnMtu(List<RouteEntry> all) {
    boolean isFirst =
        all.stream()
            .filter(other -> !other.isHop() && Arrays.equals(key, other.key))
            .findFirst()
            .filter(other -> Arrays.equals(identity, other.identity))
            .isPresent();
    return LinkEntry.builder(LinkEntry.Kind.ROUTE, text, body, identity)
        .way(isHop() || isFirst ? LinkEntry.Way.IN_PLACE : LinkEntry.Way.BESIDE)
        .needsIpv6(true)
        .expiring(expiring)
        .build();
  }

  /**
   * IPv4 keeps routes of one key in their order and uses the first. IPv6 makes those of one key and
   * with a gateway a single multipath route, and would use both links; so the new one takes the
   * place of the old one at once. Only of several that are not one multipath route (those that the
   * kernel made of router advertisements) the kernel could replace the wrong one; of a multipath
   * route it replaces such a one.
   */
  private LinkEntry.Way way(List<RouteEntry> all) {
    if (!ipv6 || !gateway) {
      return LinkEntry.Way.BESIDE;
    }
    if (multipath) {
      return LinkEntry.Way.IN_PLACE;
    }
    long sameKey =
        all.stream().filter(other -> other.ipv6 && Arrays.equals(key, other.key)).count();
    return sameKey > 1 || protocol == RTPROT_RA
        ? LinkEntry.Way.BESIDE_WHEN_JOINED
        : LinkEntry.Way.IN_PLACE;
  }
}
