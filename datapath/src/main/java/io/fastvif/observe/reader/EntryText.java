package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.route.EntryMessage;
import io.fastvif.netlink.route.NextHopAttribute;
import io.fastvif.plan.LinkEntry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Says in {@code ip}'s words what hangs on a link. */
final class EntryText {
  private static final int IPV4_LENGTH = 4;
  private static final int IPV6_LENGTH = 16;
  private static final int VIA_FAMILY_LENGTH = 2;
  private static final int FULL_OCTET = 0xff;

  private EntryText() {}

  /** An address of 4 or 16 bytes. */
  static String address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException wrongLength) {
      throw new IllegalArgumentException("an address of " + bytes.length + " bytes", wrongLength);
    }
  }

  static String route(EntryMessage message, int table, int metric, int tos) {
    StringBuilder text = new StringBuilder("route ");
    byte[] destination = message.attribute(RTA_DST);
    int length = message.headerByte(1);
    text.append(destination == null ? "default" : address(destination) + "/" + length);
    byte[] gateway = message.attribute(RTA_GATEWAY);
    byte[] via = message.attribute(RTA_VIA);
    if (gateway != null) {
      text.append(" via ").append(address(gateway));
    } else if (via != null && via.length == VIA_FAMILY_LENGTH + IPV6_LENGTH) {
      text.append(" via ").append(address(Arrays.copyOfRange(via, VIA_FAMILY_LENGTH, via.length)));
    } else if (message.attribute(RTA_MULTIPATH) != null) {
      text.append(" by several next hops");
    }
    number(text, "tos", tos);
    number(text, "metric", metric);
    number(text, "table", table == RT_TABLE_MAIN ? 0 : table);
    return text.toString();
  }

  private static void number(StringBuilder text, String word, int value) {
    if (value != 0) {
      text.append(' ').append(word).append(' ').append(Integer.toUnsignedString(value));
    }
  }

  static LinkEntry nextHop(EntryMessage message) {
    String text = "nexthop id " + message.number(NextHopAttribute.ID, 0);
    return LinkEntry.builder(LinkEntry.Kind.NEXT_HOP, text, message.body(), message.identity())
        .way(LinkEntry.Way.IN_PLACE)
        .needsIpv6(message.headerByte(0) == AF_INET6)
        .build();
  }

  static LinkEntry rule(EntryMessage message) {
    StringBuilder text = new StringBuilder("rule ");
    text.append(Integer.toUnsignedString(message.number(FRA_PRIORITY, 0)));
    name(text, "iif", message.attribute(FRA_IIFNAME));
    name(text, "oif", message.attribute(FRA_OIFNAME));
    number(text, "lookup", message.number(FRA_TABLE, 0));
    return LinkEntry.builder(
            LinkEntry.Kind.RULE, text.toString(), message.body(), message.identity())
        .build();
  }

  private static void name(StringBuilder text, String word, byte[] name) {
    if (name != null) {
      String decoded = new String(name, 0, name.length - 1, StandardCharsets.UTF_8);
      text.append(' ').append(word).append(' ').append(decoded);
    }
  }

  static LinkEntry neighbour(EntryMessage message, boolean proxy) {
    byte[] address = message.attribute(NDA_DST);
    String text =
        (proxy ? "proxy neighbour " : "neighbour ") + (address == null ? "" : address(address));
    return LinkEntry.builder(LinkEntry.Kind.NEIGHBOUR, text, message.body(), message.identity())
        // The kernel drops those that a link answers for when it has no carrier.
        .way(LinkEntry.Way.BESIDE_WHEN_JOINED)
        .build();
  }

  /** Whether an address lies in a network; null stands for the network of all addresses. */
  static boolean isSameNetwork(byte[] network, byte[] address, int prefixLength) {
    for (int bit = 0; bit < prefixLength; bit += Byte.SIZE) {
      int octet = bit / Byte.SIZE;
      int kept = Math.min(Byte.SIZE, prefixLength - bit);
      int mask = (FULL_OCTET << (Byte.SIZE - kept)) & FULL_OCTET;
      int wanted = network == null ? 0 : network[octet];
      if ((wanted & mask) != (address[octet] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** What two IPv6 routes have in common that the kernel takes for one. */
  static byte[] key(
      int length, byte[] destination, int sourceLength, byte[] source, int table, int metric) {
    ByteBuffer key = ByteBuffer.allocate(2 * IPV6_LENGTH + 4 * Integer.BYTES);
    key.putInt(length).putInt(sourceLength).putInt(table).putInt(metric);
    key.put(destination == null ? new byte[IPV4_LENGTH] : destination);
    key.position(key.capacity() - IPV6_LENGTH);
    key.put(source == null ? new byte[IPV4_LENGTH] : source);
    return key.array();
  }
}
