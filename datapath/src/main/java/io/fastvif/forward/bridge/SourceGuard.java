package io.fastvif.forward.bridge;

import io.fastvif.vif.IpNetwork;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Judges whether a port may send a frame: from its own MAC address, and where its IP addresses are
 * known, from these alone.
 *
 * <p>The rules are those of libvirt's filter clean-traffic (no-mac-spoofing, no-arp-spoofing,
 * no-ip-spoofing, no-ipv6-spoofing, qemu-announce-self) and of Neutron's port security: ARP from
 * the own address, or from 0.0.0.0 to probe one; IPv4 from the own address, or from 0.0.0.0 to a
 * DHCP server; IPv6 from the own address, the link-local one that is made of the MAC address, or
 * the unspecified one to look for duplicates of these and to report multicast groups. What only
 * routers and DHCP servers send is dropped, with whatever extension headers before it (RFC 7113),
 * and neighbour discovery in fragments (RFC 6980).
 */
final class SourceGuard {
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int ETHERNET = 1;
  private static final int MAC_BYTES = 6;
  private static final int ARP_REQUEST = 1;
  private static final int ARP_REPLY = 2;
  private static final int RARP_REQUEST = 3;
  private static final int ARP_BYTES = 28;
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int UDP_BYTES = 8;
  private static final int OFFSET_MASK = 0x1fff;
  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int DHCP_SERVER = 67;
  private static final int DHCP_CLIENT = 68;
  private static final int DHCPV6_SERVER = 547;
  private static final int DHCPV6_CLIENT = 546;
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION = 60;
  private static final int MAX_EXTENSIONS = 8;
  private static final int LISTENER_REPORT = 131;
  private static final int ROUTER_SOLICITATION = 133;
  private static final int ROUTER_ADVERTISEMENT = 134;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int REDIRECT = 137;
  private static final int LISTENER_REPORT_2 = 143;
  private static final int TARGET = 8;
  private static final int TARGET_LINK_ADDRESS = 2;
  private static final long LINK_LOCAL = 0xfe80L << 48;

  private final long mac;
  private final boolean guardsIps;
  private final int[] v4;
  private final int[] v4Masks;

  /** Two of each address. */
  private final long[] v6;

  private final long[] v6Masks;

  SourceGuard(SwitchPortSettings settings) {
    mac = settings.address().value();
    guardsIps = settings.guard() == AntiSpoofing.ON && !settings.ips().isEmpty();
    List<IpNetwork> ofV4 = settings.ips().stream().filter(ip -> !ip.address().isV6()).toList();
    List<IpNetwork> ofV6 = settings.ips().stream().filter(ip -> ip.address().isV6()).toList();
    v4 = new int[ofV4.size()];
    v4Masks = new int[v4.length];
    for (int i = 0; i < v4.length; i++) {
      v4Masks[i] = (int) mask(ofV4.get(i).prefixLength() + Integer.SIZE);
      v4[i] = bytes(ofV4.get(i)).getInt() & v4Masks[i];
    }
    v6 = new long[2 * ofV6.size() + 2];
    v6Masks = new long[v6.length];
    for (int i = 0; i < ofV6.size(); i++) {
      int length = ofV6.get(i).prefixLength();
      ByteBuffer bytes = ipv6Bytes(ofV6.get(i));
      add(2 * i, bytes.getLong(), mask(Math.min(length, Long.SIZE)));
      add(2 * i + 1, bytes.getLong(), mask(Math.max(length - Long.SIZE, 0)));
    }
    add(v6.length - 2, LINK_LOCAL, -1);
    add(v6.length - 1, interfaceId(mac), -1);
  }

  private void add(int half, long value, long valueMask) {
    v6[half] = value & valueMask;
    v6Masks[half] = valueMask;
  }

  /** The modified EUI-64 of a MAC address (RFC 4291, appendix A). */
  private static long interfaceId(long mac) {
    return (mac >>> 24 ^ 0x020000) << 40 | 0xfffeL << 24 | (mac & 0xffffff);
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
  }

  private static ByteBuffer bytes(IpNetwork network) {
    return ByteBuffer.wrap(InetAddress.ofLiteral(network.address().text()).getAddress());
  }

  /** All 16 bytes, also of an IPv4 address within, of which Java makes 4. */
  private static ByteBuffer ipv6Bytes(IpNetwork network) {
    ByteBuffer bytes = bytes(network);
    return bytes.capacity() == Integer.BYTES
        ? ByteBuffer.allocate(16).putLong(0).putInt(0xffff).put(bytes).rewind()
        : bytes;
  }

  /**
   * Judges a frame.
   *
   * @param frame where it begins
   * @param type of its payload
   * @param payload where that begins
   * @param end where the bytes end that may be read
   * @return null if the port may send it
   */
  Refusal check(long frame, int type, long payload, long end) {
    if (FrameBytes.mac(frame + FrameBytes.SOURCE) != mac) {
      return Refusal.SPOOFED_MAC;
    }
    if (type == FrameBytes.ARP || type == FrameBytes.RARP) {
      return end - payload < ARP_BYTES
          ? Refusal.WRONG_PROTOCOL
          : arp(payload, type == FrameBytes.RARP);
    }
    if (!guardsIps) {
      return null;
    }
    return switch (type) {
      case FrameBytes.IPV4 -> ipv4(payload, end);
      case FrameBytes.IPV6 -> ipv6(payload, end);
      default -> Refusal.WRONG_PROTOCOL;
    };
  }

  private Refusal arp(long arp, boolean isReverse) {
    int operation = FrameBytes.u16(arp + 6);
    boolean isKnown =
        isReverse ? operation == RARP_REQUEST : operation == ARP_REQUEST || operation == ARP_REPLY;
    if (!isKnown
        || FrameBytes.u16(arp) != ETHERNET
        || FrameBytes.u16(arp + 2) != FrameBytes.IPV4
        || FrameBytes.u8(arp + 4) != MAC_BYTES
        || FrameBytes.u8(arp + 5) != Integer.BYTES) {
      return Refusal.WRONG_PROTOCOL;
    }
    if (FrameBytes.mac(arp + 8) != mac || (isReverse && FrameBytes.mac(arp + 18) != mac)) {
      return Refusal.SPOOFED_MAC;
    }
    int sender = FrameBytes.u32(arp + 14);
    boolean mayBeNone = isReverse || operation == ARP_REQUEST;
    return !guardsIps || owns(sender) || (sender == 0 && mayBeNone)
        ? null
        : Refusal.SPOOFED_ADDRESS;
  }

  private boolean owns(int address) {
    for (int i = 0; i < v4.length; i++) {
      if ((address & v4Masks[i]) == v4[i]) {
        return true;
      }
    }
    return false;
  }

  private boolean owns(long high, long low) {
    for (int i = 0; i < v6.length; i += 2) {
      if ((high & v6Masks[i]) == v6[i] && (low & v6Masks[i + 1]) == v6[i + 1]) {
        return true;
      }
    }
    return false;
  }

  private Refusal ipv4(long ip, long end) {
    if (end - ip < IPV4_BYTES || FrameBytes.u8(ip) >>> 4 != 4) {
      return Refusal.WRONG_PROTOCOL;
    }
    int source = FrameBytes.u32(ip + 12);
    if (source != 0 && !owns(source)) {
      return Refusal.SPOOFED_ADDRESS;
    }
    long udp = ip + 4L * (FrameBytes.u8(ip) & 0xf);
    int fragment = FrameBytes.u16(ip + 6);
    boolean hasPorts = FrameBytes.u8(ip + 9) == UDP && (fragment & OFFSET_MASK) == 0;
    if (hasPorts && end - udp < UDP_BYTES) {
      return Refusal.WRONG_PROTOCOL;
    }
    boolean isWhole = hasPorts && (fragment & MORE_FRAGMENTS) == 0;
    if (source == 0 && !(isWhole && isUdp(udp, DHCP_CLIENT, DHCP_SERVER)) && !owns(0)) {
      return Refusal.SPOOFED_ADDRESS;
    }
    return hasPorts && isUdp(udp, DHCP_SERVER, DHCP_CLIENT) ? Refusal.WRONG_PROTOCOL : null;
  }

  private static boolean isUdp(long udp, int from, int to) {
    return FrameBytes.u16(udp) == from && FrameBytes.u16(udp + 2) == to;
  }

  private Refusal ipv6(long ip, long end) {
    if (end - ip < IPV6_BYTES || FrameBytes.u8(ip) >>> 4 != 6) {
      return Refusal.WRONG_PROTOCOL;
    }
    long high = FrameBytes.u64(ip + 8);
    long low = FrameBytes.u64(ip + 16);
    boolean isNone = (high | low) == 0;
    if (!isNone && !owns(high, low)) {
      return Refusal.SPOOFED_ADDRESS;
    }
    int next = FrameBytes.u8(ip + 6);
    long at = ip + IPV6_BYTES;
    boolean isFragment = false;
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
      boolean isLooked = isExtension(next) || next == FRAGMENT || next == UDP || next == ICMPV6;
      if (!isLooked) {
        return isNone ? Refusal.SPOOFED_ADDRESS : null;
      }
      if (end - at < 8) {
        return Refusal.WRONG_PROTOCOL;
      }
      if (next == ICMPV6) {
        long last = ip + IPV6_BYTES + FrameBytes.u16(ip + 4);
        return icmpv6(at, last, end, isNone, isFragment);
      }
      if (next == UDP) {
        return isNone
            ? Refusal.SPOOFED_ADDRESS
            : isUdp(at, DHCPV6_SERVER, DHCPV6_CLIENT) ? Refusal.WRONG_PROTOCOL : null;
      }
      if (next == FRAGMENT) {
        isFragment = true;
        if (FrameBytes.u16(at + 2) >>> 3 != 0) {
          return isNone ? Refusal.SPOOFED_ADDRESS : null; // the first one was judged
        }
      }
      long length = next == FRAGMENT ? 8 : 8L * (FrameBytes.u8(at + 1) + 1);
      next = FrameBytes.u8(at);
      at += length;
    }
    return Refusal.WRONG_PROTOCOL;
  }

  private static boolean isExtension(int next) {
    return next == HOP_BY_HOP || next == ROUTING || next == DESTINATION;
  }

  /**
   * @param last where the packet ends by its own word
   */
  private Refusal icmpv6(long at, long last, long end, boolean isNone, boolean isFragment) {
    int type = FrameBytes.u8(at);
    boolean isDiscovery = type >= ROUTER_SOLICITATION && type <= REDIRECT;
    if (type == ROUTER_ADVERTISEMENT || type == REDIRECT || (isDiscovery && isFragment)) {
      return Refusal.WRONG_PROTOCOL;
    }
    if (!isDiscovery) {
      boolean mayBeFromNone = type == LISTENER_REPORT || type == LISTENER_REPORT_2;
      return isNone && !mayBeFromNone ? Refusal.SPOOFED_ADDRESS : null;
    }
    long options = at + (type == ROUTER_SOLICITATION ? TARGET : TARGET + 16);
    if (last > end || options > last) {
      return Refusal.WRONG_PROTOCOL;
    }
    boolean speaksForTarget =
        type == NEIGHBOUR_ADVERTISEMENT || (type == NEIGHBOUR_SOLICITATION && isNone);
    if (speaksForTarget && !owns(FrameBytes.u64(at + TARGET), FrameBytes.u64(at + TARGET + 8))) {
      return Refusal.SPOOFED_ADDRESS;
    }
    return options(options, last);
  }

  /** The link-layer addresses among neighbour discovery's options (RFC 4861, 4.6). */
  private Refusal options(long first, long last) {
    for (long at = first; at < last; ) {
      int length = last - at < 8 ? 0 : 8 * FrameBytes.u8(at + 1);
      if (length == 0 || at + length > last) {
        return Refusal.WRONG_PROTOCOL;
      }
      int kind = FrameBytes.u8(at);
      if (kind >= 1 && kind <= TARGET_LINK_ADDRESS && FrameBytes.mac(at + 2) != mac) {
        return Refusal.SPOOFED_MAC;
      }
      at += length;
    }
    return null;
  }
}
