package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.IFF_LOWER_UP;
import static io.fastvif.bindings.linux.linux_h.IFF_RUNNING;
import static io.fastvif.bindings.linux.linux_h.RTNH_F_LINKDOWN;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Leaves out of states of a host what is drawn anew for each link that was made since, and what the
 * kernel finds out by itself and when it comes to it.
 *
 * @param base the host before
 * @param withoutLifetimes whether states of hosts that were made at different times are compared
 */
public record ComparableState(HostState base, boolean withoutLifetimes) {
  /** What is left of an object once what is drawn anew each time is taken away. */
  private static final List<String> DRAWN =
      List.of("index", "BRIDGE_ID", "ROOT_ID", "DESIGNATED_BRIDGE", "DESIGNATED_ROOT");

  /** What the kernel makes of a link by itself, by its ports, and when it comes to it. */
  private static final List<String> FOUND_OUT =
      List.of(
          "OPERSTATE",
          "CARRIER",
          "TSO_MAX_SIZE",
          "TSO_MAX_SEGS",
          "SLAVE_DATA/STATE",
          "SLAVE_DATA/ID", // by the order of joining, as the next two
          "SLAVE_DATA/NO",
          "SLAVE_DATA/DESIGNATED_PORT",
          "AF_SPEC/INET6/FLAGS");

  /** Which IPv6 makes with a link's first carrier, and leaves when that is gone. */
  private static final String MULTICAST = "route DST ff00:0:0:0:0:0:0:0 prefix 8 TABLE 255";

  /** The device file of a macvtap. */
  private static final String NUMBERED_BY_INDEX = "(?<=^file .{0,4096}/)tap\\d+$";

  private static final int IFF_FOUND_OUT = IFF_RUNNING | IFF_LOWER_UP;

  /** Addresses that were given, and not drawn by the kernel. */
  private static final String GIVEN_ADDRESS = "f[ae]:16:3e.*|00:61.*|02:00:00:00:00.*";

  /** The state without these. */
  public HostState of(HostState state) {
    SortedMap<String, SortedMap<String, String>> objects = new TreeMap<>();
    state.objects().forEach((name, attributes) -> add(name, attributes, objects));
    return new HostState(objects);
  }

  /** Whether its link has a carrier is told of a route too, and found out as late. */
  private static String withoutCarrier(String flags) {
    return Integer.toHexString(Integer.parseInt(flags, 16) & ~RTNH_F_LINKDOWN);
  }

  private void add(
      String name,
      SortedMap<String, String> attributes,
      SortedMap<String, SortedMap<String, String>> objects) {
    boolean isNew = !base.objects().containsKey(name);
    boolean isEntry = name.startsWith("neighbour LLADDR");
    if ((isNew && isEntry) || name.startsWith(MULTICAST)) {
      return;
    }
    SortedMap<String, String> kept = new TreeMap<>(attributes);
    if (name.startsWith("link ")) {
      kept.keySet().removeIf(key -> FOUND_OUT.stream().anyMatch(key::endsWith));
      int flags = Integer.parseInt(kept.get("flags"), 16) & ~IFF_FOUND_OUT;
      kept.put("flags", Integer.toHexString(flags));
    }
    if (name.startsWith("route ") || name.startsWith("nexthop ")) {
      kept.computeIfPresent("flags", (key, flags) -> withoutCarrier(flags));
    }
    if (name.equals("nf_tables")) {
      kept.replaceAll((key, value) -> value.replaceAll("# handle \\d+", ""));
    }
    if (withoutLifetimes) {
      kept.replaceAll((key, value) -> value.replaceAll(HostState.UNTIL + "\\d+", "limited"));
    }
    if (isNew) {
      // Of its ports, or what it had of them when one of them left.
      boolean isBridge = "bridge".equals(attributes.get("LINKINFO/KIND"));
      kept.keySet().removeIf(key -> DRAWN.stream().anyMatch(key::endsWith));
      kept.entrySet()
          .removeIf(
              entry ->
                  entry.getKey().endsWith("ADDRESS")
                      && (isBridge || !entry.getValue().matches(GIVEN_ADDRESS)));
    }
    objects.put(isNew ? name.replaceAll(NUMBERED_BY_INDEX, "tapINDEX") : name, kept);
  }
}
