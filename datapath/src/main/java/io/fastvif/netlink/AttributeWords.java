package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.*;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * Writes a message's attributes as {@code NAME=value}, what is nested in braces. Names are the
 * kernel's without their common beginning; an attribute without a name is shown by its number, and
 * what is not known to be text, a number or an address in hexadecimal.
 */
final class AttributeWords {
  /** Deeper than any message goes; the rest is shown in hexadecimal. */
  private static final int MAX_DEPTH = 8;

  private static final Set<String> TEXT =
      Set.of(
          "IFLA_IFNAME",
          "IFLA_ALT_IFNAME",
          "IFLA_IFALIAS",
          "IFLA_QDISC",
          "IFLA_PHYS_PORT_NAME",
          "IFLA_INFO_KIND",
          "IFLA_INFO_SLAVE_KIND",
          "IFLA_PORT_PROFILE",
          "IFA_LABEL",
          "NFTA_TABLE_NAME",
          "NFTA_CHAIN_TABLE",
          "NFTA_CHAIN_NAME",
          "NFTA_CHAIN_TYPE",
          "NFTA_RULE_TABLE",
          "NFTA_RULE_CHAIN",
          "NFTA_EXPR_NAME",
          "NFTA_LOG_PREFIX",
          "TCA_KIND",
          "CTRL_ATTR_FAMILY_NAME",
          "DEVLINK_ATTR_BUS_NAME",
          "DEVLINK_ATTR_DEV_NAME",
          "DEVLINK_ATTR_PORT_NETDEV_NAME",
          "DEVLINK_ATTR_PARAM_NAME");

  private static final Set<String> ADDRESSES =
      Set.of(
          "IFA_LOCAL",
          "IFA_ADDRESS",
          "IFA_BROADCAST",
          "IFA_ANYCAST",
          "RTA_DST",
          "RTA_SRC",
          "RTA_GATEWAY",
          "RTA_PREFSRC",
          "NDA_DST",
          "FRA_DST",
          "FRA_SRC",
          "IFLA_VXLAN_GROUP",
          "IFLA_VXLAN_GROUP6",
          "IFLA_VXLAN_LOCAL",
          "IFLA_VXLAN_LOCAL6");

  /** Which names the values of an attribute have, by their beginning. */
  private static String valueNames(String attribute) {
    return switch (attribute) {
      case "IFLA_OPERSTATE" -> "IF_OPER_";
      case "IFLA_BRPORT_STATE" -> "BR_STATE_";
      case "IFLA_INET6_ADDR_GEN_MODE" -> "IN6_ADDR_GEN_MODE_";
      case "IFLA_MACVLAN_MODE" -> "MACVLAN_MODE_";
      case "IFLA_PORT_REQUEST" -> "PORT_REQUEST_";
      case "IFLA_PORT_RESPONSE" -> "PORT_PROFILE_RESPONSE_";
      case "RTA_TABLE", "FRA_TABLE" -> "RT_TABLE_";
      case "DEVLINK_ATTR_ESWITCH_MODE" -> "DEVLINK_ESWITCH_MODE_";
      case "DEVLINK_ATTR_ESWITCH_INLINE_MODE" -> "DEVLINK_ESWITCH_INLINE_MODE_";
      case "DEVLINK_ATTR_ESWITCH_ENCAP_MODE" -> "DEVLINK_ESWITCH_ENCAP_MODE_";
      default -> null;
    };
  }

  private final StringBuilder out;
  private final int family;
  private final boolean bigEndian;

  /**
   * @param family the addresses' in the message
   * @param bigEndian whether numbers are in network order, as those of nf_tables
   */
  AttributeWords(StringBuilder out, int family, boolean bigEndian) {
    this.out = out;
    this.family = family;
    this.bigEndian = bigEndian;
  }

  /** Appends all attributes, each behind a space. */
  void append(AttributeIterator attributes, String prefix) {
    append(attributes, prefix, " ", 0, "");
  }

  private void append(
      AttributeIterator attributes, String prefix, String before, int depth, String outerKind) {
    String kind = outerKind;
    String separator = before;
    while (attributes.next()) {
      String known = name(prefix, attributes.type());
      out.append(separator);
      separator = " ";
      out.append(known == null ? "attribute " + attributes.type() : known).append('=');
      String full = prefix + known;
      if (full.equals("IFLA_INFO_KIND") || full.equals("NFTA_EXPR_NAME")) {
        kind = attributes.getString();
      }
      String inside =
          depth == MAX_DEPTH || attributes.payloadLength() < 4
              ? null
              : nestedPrefix(full, kind, attributes);
      if (inside == null) {
        out.append(known == null ? hex(attributes) : value(full, attributes));
      } else {
        nested(full, inside, attributes, depth, kind);
      }
    }
  }

  private void nested(
      String full, String inside, AttributeIterator attributes, int depth, String kind) {
    out.append('{');
    AttributeIterator level = new AttributeIterator();
    if (full.equals("VETH_INFO_PEER")) { // behind a struct ifinfomsg
      int header = Math.min(16, attributes.payloadLength());
      level.wrap(
          attributes.segment(),
          attributes.payloadOffset() + header,
          attributes.payloadLength() - header);
    } else {
      attributes.nested(level);
    }
    append(level, inside, "", depth + 1, kind);
    out.append('}');
  }

  private static String name(String prefix, int type) {
    return switch (prefix) {
      case "IFLA_" -> linkName(type);
      case "AF_" -> type == AF_INET ? "INET" : type == AF_INET6 ? "INET6" : null;
      case "NFTA_LIST_" -> type == NFTA_LIST_ELEM ? "ELEM" : null;
      case "IPV4_DEVCONF_" -> inetConf(type);
      case "VF_LIST_" -> type == IFLA_VF_INFO ? "VF" : null;
      case "VF_PORTS_" -> type == IFLA_VF_PORT ? "PORT" : null;
      case "VLAN_LIST_" -> type == IFLA_VF_VLAN_INFO ? "VLAN" : null;
      default -> ConstantNames.of(prefix).name(type);
    };
  }

  /** Names that begin as those of what is nested elsewhere are not among the constants' own. */
  private static String linkName(int type) {
    return switch (type) {
      case IFLA_VF_PORTS -> "VF_PORTS";
      case IFLA_PORT_SELF -> "PORT_SELF";
      default -> ConstantNames.of("IFLA_").name(type);
    };
  }

  /** Of linux/ip.h, which numbers the files of {@code net.ipv4.conf.DEV}; those that are set. */
  private static String inetConf(int type) {
    return switch (type) {
      case 3 -> "PROXY_ARP";
      case 8 -> "RP_FILTER";
      case 13 -> "ARPFILTER";
      case 18 -> "ARP_ANNOUNCE";
      case 19 -> "ARP_IGNORE";
      case 21 -> "ARP_ACCEPT";
      default -> null;
    };
  }

  /** The beginning of the names of what is in an attribute; null if nothing is nested in it. */
  private String nestedPrefix(String name, String kind, AttributeIterator attribute) {
    return switch (name) {
      case "IFLA_LINKINFO" -> "IFLA_INFO_";
      case "IFLA_INFO_DATA" -> kind.equals("veth") ? "VETH_INFO_" : "IFLA_" + dataName(kind) + "_";
      case "IFLA_INFO_SLAVE_DATA", "IFLA_PROTINFO" -> "IFLA_BRPORT_";
      case "IFLA_AF_SPEC" -> family == AF_BRIDGE ? "IFLA_BRIDGE_" : "AF_";
      case "AF_INET" -> "IFLA_INET_";
      case "AF_INET6" -> "IFLA_INET6_";
      case "IFLA_INET_CONF" -> "IPV4_DEVCONF_";
      case "IFLA_PROP_LIST", "VETH_INFO_PEER" -> "IFLA_";
      case "IFLA_VFINFO_LIST" -> "VF_LIST_";
      case "VF_LIST_VF" -> "IFLA_VF_";
      case "IFLA_VF_PORTS" -> "VF_PORTS_";
      case "IFLA_VF_VLAN_LIST" -> "VLAN_LIST_";
      case "DEVLINK_ATTR_PORT_FUNCTION" -> "DEVLINK_PORT_FUNCTION_ATTR_";
      case "VF_PORTS_PORT", "IFLA_PORT_SELF" -> "IFLA_PORT_";
      case "RTA_METRICS" -> "RTAX_";
      case "NFTA_RULE_EXPRESSIONS" -> "NFTA_LIST_";
      case "NFTA_LIST_ELEM" -> "NFTA_EXPR_";
      case "NFTA_EXPR_DATA" -> "NFTA_" + kind.toUpperCase(Locale.ROOT) + "_";
      case "NFTA_CHAIN_HOOK" -> "NFTA_HOOK_";
      case "NFTA_DATA_VERDICT" -> "NFTA_VERDICT_";
      default ->
          attribute.isNested() ? name.startsWith("NFTA_") ? "NFTA_DATA_" : listPrefix(name) : null;
    };
  }

  private static String listPrefix(String name) {
    return name.startsWith("DEVLINK_ATTR_") ? "DEVLINK_ATTR_" : "NONE_";
  }

  private static String dataName(String kind) {
    return switch (kind) {
      case "bridge" -> "BR";
      case "macvtap" -> "MACVLAN";
      default -> kind.toUpperCase(Locale.ROOT);
    };
  }

  private String value(String name, AttributeIterator attribute) {
    int length = attribute.payloadLength();
    if (TEXT.contains(name)) {
      return '"' + attribute.getString() + '"';
    }
    if (ADDRESSES.contains(name) && (length == 4 || length == 16)) {
      return internet(attribute.getBytes());
    }
    if (name.equals("IFLA_VLAN_PROTOCOL") || name.equals("IFLA_BR_VLAN_PROTOCOL")) {
      int protocol = attribute.getShortBigEndian();
      return protocol == ETH_P_8021Q
          ? "802.1Q"
          : protocol == ETH_P_8021AD ? "802.1ad" : "0x" + Integer.toHexString(protocol);
    }
    if (name.equals("IFA_FLAGS") && length == 4) {
      return ConstantNames.of("IFA_F_").bits(attribute.getInt());
    }
    if (name.equals("IFLA_BRIDGE_VLAN_INFO") && length == 4) {
      int flags =
          Short.toUnsignedInt(attribute.segment().get(Wire.SHORT, attribute.payloadOffset()));
      int vlan =
          Short.toUnsignedInt(attribute.segment().get(Wire.SHORT, attribute.payloadOffset() + 2));
      return flags == 0
          ? "" + vlan
          : vlan + "(" + ConstantNames.of("BRIDGE_VLAN_INFO_").bits(flags) + ")";
    }
    if (name.equals("IFLA_EXT_MASK") && length == 4) {
      return ConstantNames.of("RTEXT_FILTER_").bits(attribute.getInt());
    }
    String values = valueNames(name);
    if (values != null && (length == 1 || length == 2 || length == 4)) {
      return ConstantNames.of(values).nameOrNumber((int) number(attribute));
    }
    if (name.startsWith("IFLA_PORT_") && length >= 4 && !TEXT.contains(name)) {
      return port(name, attribute);
    }
    String struct = vfStructure(name, attribute);
    if (struct != null) {
      return struct;
    }
    return switch (length) {
      case 0 -> "yes"; // a flag: it is there
      case 1, 2, 4, 8 -> Long.toUnsignedString(number(attribute));
      case 6 -> HexFormat.ofDelimiter(":").formatHex(attribute.getBytes());
      default -> hex(attribute);
    };
  }

  /** What a switch is asked for a port: UUIDs, the number of a function, a VSI's type. */
  private static String port(String name, AttributeIterator attribute) {
    byte[] bytes = attribute.getBytes();
    if (name.equals("IFLA_PORT_VF")) {
      return Integer.toString(attribute.getInt());
    }
    if (name.equals("IFLA_PORT_VSI_TYPE") && bytes.length >= 5) {
      return String.format(
          "{manager %d type %d version %d}",
          bytes[0] & 0xff,
          (bytes[1] & 0xff) | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff) << 16,
          bytes[4] & 0xff);
    }
    if (name.endsWith("_UUID") && bytes.length == 16) {
      ByteBuffer uuid = ByteBuffer.wrap(bytes);
      return new UUID(uuid.getLong(), uuid.getLong()).toString();
    }
    return hex(attribute);
  }

  /** What begins with the number of a virtual function; null for anything else. */
  private static String vfStructure(String name, AttributeIterator attribute) {
    int length = attribute.payloadLength();
    boolean isVlan = name.equals("VLAN_LIST_VLAN") && length >= 14;
    if (isVlan) {
      return String.format(
          "{vf %d vlan %d priority %d protocol 0x%04x}",
          attribute.getInt(),
          attribute.getInt(4),
          attribute.getInt(8),
          attribute.getShortBigEndian(12));
    }
    if (!name.startsWith("IFLA_VF_") || length < 8) {
      return null;
    }
    if (name.equals("IFLA_VF_MAC")) {
      byte[] bytes = attribute.getBytes();
      byte[] mac = Arrays.copyOfRange(bytes, 4, Math.min(10, bytes.length));
      return "{vf " + attribute.getInt() + " " + HexFormat.ofDelimiter(":").formatHex(mac) + "}";
    }
    if (length % 4 != 0 || length > 12) {
      return null;
    }
    StringBuilder text = new StringBuilder("{vf ").append(attribute.getInt());
    boolean isState = name.equals("IFLA_VF_LINK_STATE");
    for (int i = 4; i < length; i += 4) {
      int number = attribute.getInt(i);
      text.append(' ')
          .append(
              isState
                  ? ConstantNames.of("IFLA_VF_LINK_STATE_").nameOrNumber(number)
                  : Integer.toUnsignedString(number));
    }
    return text.append('}').toString();
  }

  private long number(AttributeIterator attribute) {
    return switch (attribute.payloadLength()) {
      case 1 -> attribute.getByte();
      case 2 -> bigEndian ? attribute.getShortBigEndian() : attribute.getShort();
      case 4 ->
          Integer.toUnsignedLong(bigEndian ? attribute.getIntBigEndian() : attribute.getInt());
      default -> bigEndian ? attribute.getLongBigEndian() : attribute.getLong();
    };
  }

  private static String hex(AttributeIterator attribute) {
    return hex(attribute.segment(), attribute.payloadOffset(), attribute.payloadLength());
  }

  static String hex(MemorySegment segment, long offset, long length) {
    byte[] bytes = segment.asSlice(offset, length).toArray(Wire.BYTE);
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private static String internet(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException impossible) { // its length was looked at
      throw new AssertionError(impossible);
    }
  }
}
