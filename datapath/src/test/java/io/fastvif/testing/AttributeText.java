package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.IFA_F_TENTATIVE;
import static io.fastvif.bindings.linux.linux_h.IFLA_AF_SPEC;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWTCLASS;

import io.fastvif.bindings.linux.fib_rule_hdr;
import io.fastvif.bindings.linux.ifaddrmsg;
import io.fastvif.bindings.linux.ifinfomsg;
import io.fastvif.bindings.linux.ndmsg;
import io.fastvif.bindings.linux.ndtmsg;
import io.fastvif.bindings.linux.rtmsg;
import io.fastvif.bindings.linux.rtnexthop;
import io.fastvif.bindings.linux.tcmsg;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.AttributeNames;
import io.fastvif.netlink.MessageDecoder;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/** Writes rtnetlink's objects as attributes with names, but for counters and timers. */
final class AttributeText {
  private static final long FOREVER = 0xffff_ffffL;
  private static final int CLOCK_TICKS = 100; // USER_HZ

  private static final Pattern VOLATILE =
      Pattern.compile(
          "(.*/)?(STATS|STATS2|STATS64|XSTATS|ICMP6STATS|PROBES|REFCNT|CONFIG)"
              + "|CARRIER_(CHANGES|UP_COUNT|DOWN_COUNT)"
              + "|(LINKINFO/DATA|LINKINFO/SLAVE_DATA)/(.*_TIMER|MCAST_QUERIER_STATE)"
              + "|AF_SPEC/INET6/CACHEINFO"
              + "|PARMS/REACHABLE_TIME"
              + "|LINKINFO/DATA/attribute (47|48)"); // IFLA_BR_FDB_N_LEARNED, by kernel

  private static final Set<String> LINKS =
      Set.of("LINK", "MASTER", "OIF", "IFINDEX", "PARMS/IFINDEX");

  private static final Set<String> ADDRESSES =
      Set.of("DST", "SRC", "GATEWAY", "PREFSRC", "ADDRESS", "LOCAL", "BROADCAST", "ANYCAST");

  private final IntFunction<String> linkName;

  AttributeText(IntFunction<String> linkName) {
    this.linkName = linkName;
  }

  SortedMap<String, String> link(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    text.put("index", String.valueOf(message.getInt(4)));
    text.put("type", String.valueOf(message.getShort(2)));
    text.put("flags", Integer.toHexString(message.getInt(8)));
    boolean isForeign = has(message, (int) ifinfomsg.sizeof(), "IFLA_", "LINK_NETNSID");
    collect(
        "",
        "IFLA_",
        message.attributes((int) ifinfomsg.sizeof(), new AttributeIterator()),
        0,
        text);
    if (isForeign && text.containsKey("LINK")) {
      text.put("LINK", "in another namespace");
    }
    return text;
  }

  /** The VLANs of a bridge's port, which only a dump of bridges tells. */
  SortedMap<String, String> bridgeVlans(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    AttributeIterator attributes =
        message.attributes((int) ifinfomsg.sizeof(), new AttributeIterator());
    if (attributes.find(IFLA_AF_SPEC)) {
      collect("", "IFLA_BRIDGE_", attributes.nested(new AttributeIterator()), 0, text);
    }
    return text;
  }

  private static boolean has(MessageDecoder message, int headerLength, String prefix, String name) {
    AttributeIterator attributes = message.attributes(headerLength, new AttributeIterator());
    while (attributes.next()) {
      if (AttributeNames.name(prefix, attributes.type()).equals(name)) {
        return true;
      }
    }
    return false;
  }

  SortedMap<String, String> address(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    text.put("prefix", String.valueOf(message.getByte(1)));
    text.put("scope", String.valueOf(message.getByte(3)));
    text.put("dev", linkName.apply(message.getInt(4)));
    collect(
        "",
        "IFA_",
        message.attributes((int) ifaddrmsg.sizeof(), new AttributeIterator()),
        message.getByte(0),
        text);
    return text;
  }

  SortedMap<String, String> route(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    header(
        message,
        text,
        Map.of(
            "family",
            0,
            "prefix",
            1,
            "source prefix",
            2,
            "tos",
            3,
            "protocol",
            5,
            "scope",
            6,
            "type",
            7));
    text.put("flags", Integer.toHexString(message.getInt(8)));
    collect(
        "",
        "RTA_",
        message.attributes((int) rtmsg.sizeof(), new AttributeIterator()),
        message.getByte(0),
        text);
    return text;
  }

  SortedMap<String, String> rule(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    header(
        message,
        text,
        Map.of("family", 0, "destination prefix", 1, "source prefix", 2, "tos", 3, "action", 7));
    text.put("flags", Integer.toHexString(message.getInt(8)));
    collect(
        "",
        "FRA_",
        message.attributes((int) fib_rule_hdr.sizeof(), new AttributeIterator()),
        message.getByte(0),
        text);
    return text;
  }

  SortedMap<String, String> neighbour(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    header(message, text, Map.of("family", 0, "flags", 10, "type", 11));
    text.put("dev", linkName.apply(message.getInt(4)));
    text.put("state", Integer.toHexString(message.getShort(8)));
    collect(
        "",
        "NDA_",
        message.attributes((int) ndmsg.sizeof(), new AttributeIterator()),
        message.getByte(0),
        text);
    text.remove("CACHEINFO");
    return text;
  }

  SortedMap<String, String> neighbourTable(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    header(message, text, Map.of("family", 0));
    collect(
        "", "NDTA_", message.attributes((int) ndtmsg.sizeof(), new AttributeIterator()), 0, text);
    return text;
  }

  SortedMap<String, String> traffic(MessageDecoder message) {
    SortedMap<String, String> text = new TreeMap<>();
    text.put("dev", linkName.apply(message.getInt(4)));
    text.put("handle", Integer.toHexString(message.getInt(8)));
    text.put("parent", Integer.toHexString(message.getInt(12)));
    collect("", "TCA_", message.attributes((int) tcmsg.sizeof(), new AttributeIterator()), 0, text);
    boolean isClass = message.type() == RTM_NEWTCLASS;
    if (!isClass && "htb".equals(text.get("KIND"))) {
      text.remove("OPTIONS"); // with a count of packets
    }
    return text;
  }

  SortedMap<String, String> nexthop(MessageDecoder message, int headerLength) {
    SortedMap<String, String> text = new TreeMap<>();
    header(message, text, Map.of("family", 0, "scope", 1, "protocol", 2));
    text.put("flags", Integer.toHexString(message.getInt(4)));
    collect(
        "",
        "NHA_",
        message.attributes(headerLength, new AttributeIterator()),
        message.getByte(0),
        text);
    return text;
  }

  /** What an object is known by; the other attributes are its settings. */
  String identity(String sort, SortedMap<String, String> attributes) {
    return switch (sort) {
      case "address" -> join(attributes, "LOCAL", "ADDRESS", "prefix", "dev");
      case "route" ->
          join(attributes, "DST", "prefix", "TABLE", "PRIORITY", "tos", "OIF", "family");
      case "rule" -> join(attributes, "PRIORITY", "family");
      case "nexthop" -> join(attributes, "attribute 1");
      case "qdisc", "class", "filter" -> join(attributes, "dev", "parent");
      default -> join(attributes, "DST", "LLADDR", "dev", "VLAN");
    };
  }

  private static String join(SortedMap<String, String> attributes, String... names) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      if (attributes.containsKey(name)) {
        text.append(text.isEmpty() ? "" : " ")
            .append(name)
            .append(' ')
            .append(attributes.get(name));
      }
    }
    return text.toString();
  }

  private static void header(
      MessageDecoder message, SortedMap<String, String> text, Map<String, Integer> bytes) {
    bytes.forEach((name, offset) -> text.put(name, String.valueOf(message.getByte(offset))));
  }

  private void collect(
      String path,
      String prefix,
      AttributeIterator level,
      int family,
      SortedMap<String, String> text) {
    String kind = "";
    while (level.next()) {
      String name = AttributeNames.name(prefix, level.type());
      if (path.equals("AF_SPEC/")) {
        name =
            level.type() == AF_INET
                ? "INET"
                : level.type() == AF_INET6 ? "INET6" : "family " + level.type();
      }
      String full = path + name;
      if (VOLATILE.matcher(full).matches()) {
        continue;
      }
      if (full.equals("LINKINFO/KIND") || full.equals("LINKINFO/SLAVE_KIND")) {
        kind = level.getString();
      }
      String nested = nestedPrefix(full, level, kind);
      if (nested != null) {
        collect(full + "/", nested, level.nested(new AttributeIterator()), family, text);
      } else if (prefix.equals("RTA_") && name.equals("MULTIPATH")) {
        paths(full, level, family, text);
      } else if (name.equals("CACHEINFO")) {
        lifetimes(prefix, level.getBytes(), text);
      } else {
        put(text, full, value(prefix, full, name, level, family));
      }
    }
  }

  /** The beginning of the names of what is in an attribute; null if nothing is nested in it. */
  private static String nestedPrefix(String path, AttributeIterator attribute, String kind) {
    return switch (path) {
      case "LINKINFO" -> "IFLA_INFO_";
      case "LINKINFO/DATA" ->
          switch (kind) {
            case "bridge" -> "IFLA_BR_";
            case "tun" -> "IFLA_TUN_";
            case "macvlan", "macvtap" -> "IFLA_MACVLAN_";
            case "vlan" -> "IFLA_VLAN_";
            case "vxlan" -> "IFLA_VXLAN_";
            default -> "IFLA_OTHER_";
          };
      case "LINKINFO/SLAVE_DATA" -> "IFLA_BRPORT_";
      case "AF_SPEC" -> "IFLA_AF_";
      case "AF_SPEC/INET" -> "IFLA_INET_";
      case "AF_SPEC/INET6" -> "IFLA_INET6_";
      case "PROP_LIST" -> "IFLA_";
      case "VFINFO_LIST" -> "IFLA_VF_";
      case "PARMS" -> "NDTPA_";
      case "METRICS" -> "RTAX_";
      default -> attribute.isNested() ? "IFLA_OTHER_" : null;
    };
  }

  private static void put(SortedMap<String, String> text, String path, String value) {
    String unique = path;
    for (int i = 2; text.containsKey(unique); i++) {
      unique = path + " (" + i + ")";
    }
    text.put(unique, value);
  }

  /** An array of struct rtnexthop of linux/rtnetlink.h, each with attributes of its own. */
  private void paths(
      String path, AttributeIterator attribute, int family, SortedMap<String, String> text) {
    int offset = attribute.payloadOffset();
    int left = attribute.payloadLength();
    int header = (int) rtnexthop.sizeof();
    for (int i = 1; left >= header; i++) {
      int length =
          Short.toUnsignedInt(attribute.segment().get(ValueLayout.JAVA_SHORT_UNALIGNED, offset));
      int index = attribute.segment().get(ValueLayout.JAVA_INT_UNALIGNED, offset + 4L);
      String hop = path + "/" + i + "/";
      text.put(hop + "OIF", linkName.apply(index));
      text.put(
          hop + "flags",
          String.valueOf(attribute.segment().get(ValueLayout.JAVA_BYTE, offset + 2L)));
      text.put(
          hop + "weight",
          String.valueOf(attribute.segment().get(ValueLayout.JAVA_BYTE, offset + 3L)));
      AttributeIterator inside =
          new AttributeIterator().wrap(attribute.segment(), offset + header, length - header);
      collect(hop, "RTA_", inside, family, text);
      int step = (length + 3) & ~3;
      offset += step;
      left -= step;
    }
  }

  private String value(
      String prefix, String path, String name, AttributeIterator attribute, int family) {
    byte[] bytes = attribute.getBytes();
    if (bytes.length == Integer.BYTES && LINKS.contains(path)) {
      return linkName.apply(attribute.getInt());
    }
    boolean isInternet = family == AF_INET || family == AF_INET6;
    if (isInternet && ADDRESSES.contains(name) && (bytes.length == 4 || bytes.length == 16)) {
      try {
        return InetAddress.getByAddress(bytes).getHostAddress();
      } catch (UnknownHostException impossible) {
        throw new AssertionError(impossible);
      }
    }
    if (prefix.equals("IFA_") && name.equals("FLAGS")) {
      return addressFlags(attribute.getInt());
    }
    return plain(bytes);
  }

  private static String addressFlags(int flags) {
    boolean isTentative = (flags & IFA_F_TENTATIVE) != 0;
    return Integer.toHexString(flags) + (isTentative ? " TENTATIVE" : "");
  }

  private static void lifetimes(String prefix, byte[] bytes, SortedMap<String, String> text) {
    ByteBuffer info = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    if (prefix.equals("IFA_")) { // struct ifa_cacheinfo
      text.put("preferred", lifetime(Integer.toUnsignedLong(info.getInt(0))));
      text.put("valid", lifetime(Integer.toUnsignedLong(info.getInt(4))));
    } else if (prefix.equals("RTA_")) { // struct rta_cacheinfo
      long expires = info.getInt(8);
      text.put("expires", expires == 0 ? "never" : end(expires / CLOCK_TICKS));
      text.put("error", String.valueOf(info.getInt(12)));
    }
  }

  private static String lifetime(long seconds) {
    return seconds == FOREVER ? "forever" : seconds == 0 ? "over" : end(seconds);
  }

  private static String end(long secondsFromNow) {
    return HostState.UNTIL + (System.nanoTime() / 1_000_000_000L + secondsFromNow);
  }

  private static String plain(byte[] bytes) {
    if (isText(bytes)) {
      return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return switch (bytes.length) {
      case 1 -> String.valueOf(bytes[0] & 0xff);
      case 2 -> String.valueOf(buffer.getShort(0) & 0xffff);
      case 4 -> Integer.toUnsignedString(buffer.getInt(0));
      case 8 -> Long.toUnsignedString(buffer.getLong(0));
      case 6 -> HexFormat.ofDelimiter(":").formatHex(bytes);
      default -> HexFormat.of().formatHex(bytes);
    };
  }

  private static boolean isText(byte[] bytes) {
    if (bytes.length < 2 || bytes[bytes.length - 1] != 0) {
      return false;
    }
    for (int i = 0; i < bytes.length - 1; i++) {
      if (bytes[i] < ' ') {
        return false;
      }
    }
    return true;
  }
}
