package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import java.lang.foreign.MemorySegment;

/**
 * Writes a request in words: {@code RTM_NEWLINK CREATE|EXCL +UP IFNAME="br1" LINKINFO={…}}. Names
 * are those of the kernel's headers; every request asks for an acknowledgement or is a dump, so the
 * flags that say so are left out.
 */
public final class MessageWords {
  private static final int SUBSYSTEM_SHIFT = 8;
  private static final int ROUTE_GROUP_SHIFT = 2;
  private static final int GET = 2;
  private static final int DELETE = 1;
  private static final int GENERIC_HEADER = 4;
  private static final int NETFILTER_HEADER = 4;

  private MessageWords() {}

  /**
   * A request in words.
   *
   * @param protocol the socket's, such as NETLINK_ROUTE
   * @param message stands on it
   */
  public static String request(int protocol, MessageDecoder message) {
    StringBuilder out = new StringBuilder(128);
    try {
      switch (protocol) {
        case NETLINK_ROUTE -> route(out, message);
        case NETLINK_NETFILTER -> netfilter(out, message);
        case NETLINK_GENERIC -> generic(out, message);
        default -> other(out, "netlink message " + message.type(), message, 0);
      }
    } catch (RuntimeException malformed) {
      // What cannot be read is shown as it is: whoever traces may be looking for just that.
      out.append(" (").append(malformed.getMessage()).append("): ");
      out.append(payload(message, 0));
    }
    return out.toString();
  }

  /** An acknowledgement in words. */
  static String answer(int errno, String message, int attributeOffset) {
    if (errno == 0) {
      return "ack";
    }
    StringBuilder out = new StringBuilder(Errno.describe(errno));
    if (message != null) {
      out.append(": ").append(message);
    }
    if (attributeOffset >= 0) {
      out.append(", at byte ").append(attributeOffset);
    }
    return out.toString();
  }

  private static void route(StringBuilder out, MessageDecoder message) {
    int type = message.type();
    String name = ConstantNames.of("RTM_").name(type);
    if (name == null) {
      other(out, "rtnetlink message " + type, message, 0);
      return;
    }
    out.append("RTM_").append(name);
    int verb = type & 3;
    flags(out, message.flags(), verb == GET, verb == DELETE);
    switch ((type - RTM_BASE) >>> ROUTE_GROUP_SHIFT) {
      case (RTM_NEWLINK - RTM_BASE) >>> ROUTE_GROUP_SHIFT,
          (RTM_NEWLINKPROP - RTM_BASE) >>> ROUTE_GROUP_SHIFT ->
          link(out, message);
      case (RTM_NEWADDR - RTM_BASE) >>> ROUTE_GROUP_SHIFT -> address(out, message);
      case (RTM_NEWROUTE - RTM_BASE) >>> ROUTE_GROUP_SHIFT -> routeEntry(out, message);
      case (RTM_NEWNEIGH - RTM_BASE) >>> ROUTE_GROUP_SHIFT -> neighbour(out, message);
      default -> {
        if (message.payloadLength() > 0) {
          out.append(' ').append(payload(message, 0));
        }
      }
    }
  }

  private static void link(StringBuilder out, MessageDecoder message) {
    int family = message.getByte(0);
    family(out, family);
    number(out, "index", message.getInt(4));
    int flags = message.getInt(8);
    int change = message.getInt(12);
    if ((flags & change) != 0) {
      out.append(" +").append(ConstantNames.of("IFF_").bits(flags & change));
    }
    if ((~flags & change) != 0) {
      out.append(" -").append(ConstantNames.of("IFF_").bits(~flags & change));
    }
    attributes(out, message, 16, family, "IFLA_");
  }

  private static void address(StringBuilder out, MessageDecoder message) {
    number(out, "index", message.getInt(4));
    number(out, "prefix", message.getByte(1));
    int scope = message.getByte(3);
    if (scope != RT_SCOPE_UNIVERSE) {
      out.append(" scope=").append(ConstantNames.of("RT_SCOPE_").nameOrNumber(scope));
    }
    attributes(out, message, 8, message.getByte(0), "IFA_");
  }

  private static void routeEntry(StringBuilder out, MessageDecoder message) {
    family(out, message.getByte(0));
    number(out, "prefix", message.getByte(1));
    word(out, "table", "RT_TABLE_", message.getByte(4));
    word(out, "protocol", "RTPROT_", message.getByte(5));
    if (message.getByte(6) != RT_SCOPE_UNIVERSE) {
      word(out, "scope", "RT_SCOPE_", message.getByte(6));
    }
    word(out, "type", "RTN_", message.getByte(7));
    attributes(out, message, 12, message.getByte(0), "RTA_");
  }

  private static void neighbour(StringBuilder out, MessageDecoder message) {
    family(out, message.getByte(0));
    number(out, "index", message.getInt(4));
    if (message.getShort(8) != 0) {
      out.append(" state=").append(ConstantNames.of("NUD_").bits(message.getShort(8)));
    }
    if (message.getByte(10) != 0) {
      out.append(" flags=").append(ConstantNames.of("NTF_").bits(message.getByte(10)));
    }
    attributes(out, message, 12, message.getByte(0), "NDA_");
  }

  private static void netfilter(StringBuilder out, MessageDecoder message) {
    int type = message.type();
    if (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END) {
      out.append("NFNL_MSG_").append(ConstantNames.of("NFNL_MSG_").name(type));
      return;
    }
    String name = ConstantNames.of("NFT_MSG_").name(type & 0xff);
    if (type >>> SUBSYSTEM_SHIFT != NFNL_SUBSYS_NFTABLES || name == null) {
      other(out, "nfnetlink message " + type, message, NETFILTER_HEADER);
      return;
    }
    out.append("NFT_MSG_").append(name);
    flags(out, message.flags(), name.startsWith("GET"), name.startsWith("DEL"));
    String prefix = "NFTA_" + name.replaceFirst("^(NEW|GET|DEL|DESTROY)", "") + "_";
    new AttributeWords(out, message.getByte(0), true)
        .append(message.attributes(NETFILTER_HEADER, new AttributeIterator()), prefix);
  }

  /** Of generic netlink's families, fastvif speaks to devlink alone, whose number is any. */
  private static void generic(StringBuilder out, MessageDecoder message) {
    boolean isController = message.type() == GENL_ID_CTRL;
    String commands = isController ? "CTRL_CMD_" : "DEVLINK_CMD_";
    String name = ConstantNames.of(commands).name(message.getByte(0));
    if (name == null) {
      other(out, "generic netlink message " + message.type(), message, 0);
      return;
    }
    out.append(commands).append(name);
    flags(out, message.flags(), name.endsWith("GET") || name.startsWith("GET"), false);
    attributes(
        out, message, GENERIC_HEADER, AF_UNSPEC, isController ? "CTRL_ATTR_" : "DEVLINK_ATTR_");
  }

  private static void attributes(
      StringBuilder out, MessageDecoder message, int header, int family, String prefix) {
    new AttributeWords(out, family, false)
        .append(message.attributes(header, new AttributeIterator()), prefix);
  }

  private static void flags(StringBuilder out, int flags, boolean isGet, boolean isDelete) {
    String before = " ";
    if (isGet) {
      out.append((flags & NLM_F_DUMP) == NLM_F_DUMP ? " DUMP" : "");
      return;
    }
    int[] bits = {NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND};
    String[] names = isDelete ? new String[] {"NONREC", "BULK", null, null} : NEW_FLAGS;
    for (int i = 0; i < bits.length; i++) {
      if ((flags & bits[i]) != 0 && names[i] != null) {
        out.append(before).append(names[i]);
        before = "|";
      }
    }
  }

  private static final String[] NEW_FLAGS = {"REPLACE", "EXCL", "CREATE", "APPEND"};

  private static void family(StringBuilder out, int family) {
    if (family != AF_UNSPEC) {
      out.append(
          switch (family) {
            case AF_INET -> " ipv4";
            case AF_INET6 -> " ipv6";
            case AF_PACKET -> " packet";
            case AF_BRIDGE -> " bridge";
            default -> " family=" + family;
          });
    }
  }

  private static void number(StringBuilder out, String name, int number) {
    if (number != 0) {
      out.append(' ').append(name).append('=').append(number);
    }
  }

  private static void word(StringBuilder out, String name, String prefix, int number) {
    if (number != 0) {
      out.append(' ').append(name).append('=');
      out.append(ConstantNames.of(prefix).nameOrNumber(number));
    }
  }

  private static void other(StringBuilder out, String name, MessageDecoder message, int header) {
    out.append(name).append(' ').append(payload(message, header));
  }

  private static String payload(MessageDecoder message, int from) {
    int start = Math.min(from, message.payloadLength());
    MemorySegment segment = message.segment();
    return AttributeWords.hex(
        segment, message.payloadOffset() + start, message.payloadLength() - start);
  }
}
