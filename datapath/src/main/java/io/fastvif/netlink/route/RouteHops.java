package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes a multipath route apart: its hops are struct rtnexthop, each with attributes behind it. */
final class RouteHops {
  private static final int FLAGS_OFFSET = 2;
  private static final int INDEX_OFFSET = 4;
  private static final int HEADER_LENGTH = 8;

  private RouteHops() {}

  /** The links that hops leave by, other than that of an index. */
  static Set<Integer> others(byte[] hops, int index) {
    Set<Integer> others = new TreeSet<>();
    for (byte[] hop : split(hops)) {
      others.add(link(hop));
    }
    others.remove(index);
    return others;
  }

  /**
   * What is left without the hops by some links.
   *
   * @param hops RTA_MULTIPATH
   * @param header of the route, which takes over the flags of a hop that is left alone
   * @return RTA_MULTIPATH, or the attributes of a route that leaves by one hop
   */
  static List<EntryAttribute> without(EntryAttribute hops, Set<Integer> links, byte[] header) {
    List<byte[]> left =
        split(hops.payload()).stream().filter(hop -> !links.contains(link(hop))).toList();
    if (left.size() != 1) {
      ByteBuffer joined = ByteBuffer.allocate(left.stream().mapToInt(hop -> hop.length).sum());
      left.forEach(joined::put);
      return List.of(hops.with(joined.array()));
    }
    byte[] hop = left.getFirst();
    ByteBuffer route = EntryAttribute.buffer(header);
    int flags = route.getInt(RouteInfo.FLAGS) | Byte.toUnsignedInt(hop[FLAGS_OFFSET]);
    route.putInt(RouteInfo.FLAGS, flags);
    List<EntryAttribute> attributes = new ArrayList<>(EntryAttribute.list(hop, HEADER_LENGTH));
    attributes.add(new EntryAttribute(RTA_OIF, new byte[0]).withNumber(link(hop)));
    return attributes;
  }

  private static int link(byte[] hop) {
    return EntryAttribute.buffer(hop).getInt(INDEX_OFFSET);
  }

  /** Each with its attributes, filled up to where the next one may begin. */
  private static List<byte[]> split(byte[] hops) {
    List<byte[]> all = new ArrayList<>();
    ByteBuffer lengths = EntryAttribute.buffer(hops);
    int hop = 0;
    while (hop + HEADER_LENGTH <= hops.length) {
      int length = EntryAttribute.align(Short.toUnsignedInt(lengths.getShort(hop)));
      int end = hop + Math.max(length, HEADER_LENGTH);
      all.add(Arrays.copyOfRange(hops, hop, end));
      hop = end;
    }
    return all;
  }
}
