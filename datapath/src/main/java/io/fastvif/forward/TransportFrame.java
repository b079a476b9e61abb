package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/**
 * Where the headers of a frame of TCP or UDP are. It is judged in memory that nobody else changes:
 * the frame's first bytes, copied.
 *
 * <pre>
 *  0          14 (+ 4 for each tag)             transport
 * +----------+-------------------+-------------+----------------+------
 * | Ethernet | IPv4, or IPv6     | extension   | TCP, or UDP    | data
 * | and VLAN |                   | headers     |                |
 * +----------+-------------------+-------------+----------------+------
 * </pre>
 */
final class TransportFrame {
  /** Bytes that are looked at: headers that are longer are not taken. */
  static final int MAX_HEADERS = 512;

  static final int IPV6_HEADER = 40;
  static final int UDP_HEADER = 8;
  static final int TCP_FLAGS = 13;
  static final int TCP_CHECKSUM = 16;
  static final int UDP_CHECKSUM = 6;

  private static final int ETHERTYPE = 12;
  private static final int TAG = 4;
  private static final int MAX_TAGS = 2;
  private static final int IPV4_HEADER = 20;
  private static final int TCP_HEADER = 20;

  /** More fragments, and the offset. */
  private static final int FRAGMENT = 0x3fff;

  private static final int MAX_EXTENSIONS = 8;

  /** Headers behind an IPv6 header (RFC 8200, section 4) that each fragment would have. */
  private static final int HOP_BY_HOP = 0;

  private static final int ROUTING = 43;
  private static final int DESTINATION = 60;

  private long at;
  private int network;
  private int transport;
  private int payload;
  private boolean v6;
  private boolean udp;
  private boolean routed;

  /** Where the IP header begins. */
  int network() {
    return network;
  }

  /** Where the TCP or UDP header begins. */
  int transport() {
    return transport;
  }

  /** Where the data begins: how long all headers are. */
  int payload() {
    return payload;
  }

  boolean isV6() {
    return v6;
  }

  boolean isUdp() {
    return udp;
  }

  /** Where the checksum is, from the transport header on. */
  int checksumOffset() {
    return udp ? UDP_CHECKSUM : TCP_CHECKSUM;
  }

  /** Reads 16 bits in network order. */
  static int number(long address) {
    return Checksum.swapped(RawMemory.getShort(address));
  }

  /** Writes 16 bits in network order. */
  static void number(long address, int value) {
    RawMemory.putShort(address, Checksum.swapped(value));
  }

  /** Reads 32 bits in network order. */
  static int word(long address) {
    return Integer.reverseBytes(RawMemory.getInt(address));
  }

  /** Writes 32 bits in network order. */
  static void word(long address, int value) {
    RawMemory.putInt(address, Integer.reverseBytes(value));
  }

  /**
   * Looks at a frame.
   *
   * @param frame where its first bytes are
   * @param length how many there are, at least 14
   * @return false if it is no TCP or UDP in whole IP packets, or its headers are not all there
   */
  boolean look(long frame, int length) {
    at = frame;
    int place = VirtioNetHeader.ETHERNET;
    int type = number(frame + ETHERTYPE);
    for (int tags = 0; type == ETH_P_8021Q || type == ETH_P_8021AD; tags++) {
      if (tags == MAX_TAGS || place + TAG > length) {
        return false;
      }
      type = number(frame + place + 2);
      place += TAG;
    }
    network = place;
    routed = false;
    v6 = type == ETH_P_IPV6;
    int protocol;
    if (v6) {
      protocol = findIpv6(length);
    } else {
      protocol = type == ETH_P_IP ? findIpv4(length) : -1;
    }
    udp = protocol == IPPROTO_UDP;
    if (udp) {
      payload = transport + UDP_HEADER;
      return payload <= length;
    }
    if (protocol != IPPROTO_TCP || transport + TCP_HEADER > length) {
      return false;
    }
    int header = (RawMemory.getByte(frame + transport + 12) >>> 4) * 4;
    payload = transport + header;
    return header >= TCP_HEADER && payload <= length;
  }

  /** Finds what is in an IPv4 packet; -1 if it cannot be told. */
  private int findIpv4(int length) {
    long ip = at + network;
    if (network + IPV4_HEADER > length) {
      return -1;
    }
    int first = RawMemory.getByte(ip);
    int header = (first & 0xf) * 4;
    if (first >>> 4 != 4
        || header < IPV4_HEADER
        || network + header > length
        || (number(ip + 6) & FRAGMENT) != 0) {
      return -1;
    }
    transport = network + header;
    return RawMemory.getByte(ip + 9);
  }

  /** Finds what is behind an IPv6 packet's extension headers; -1 if it cannot be told. */
  private int findIpv6(int length) {
    long ip = at + network;
    if (network + IPV6_HEADER > length || RawMemory.getByte(ip) >>> 4 != 6) {
      return -1;
    }
    int protocol = RawMemory.getByte(ip + 6);
    int place = network + IPV6_HEADER;
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
      if (protocol != HOP_BY_HOP && protocol != DESTINATION && protocol != ROUTING) {
        transport = place;
        return protocol;
      }
      if (place + 8 > length) {
        return -1;
      }
      routed |= protocol == ROUTING && RawMemory.getByte(at + place + 3) != 0;
      protocol = RawMemory.getByte(at + place);
      place += 8 + RawMemory.getByte(at + place + 1) * 8;
    }
    return -1;
  }

  /**
   * The pseudo header's sum for a number of bytes from the transport header on. The destination of
   * a packet with a routing header is another than its address says: its sender has put the sum
   * into the checksum's field.
   *
   * @param bytes for which
   * @param before bytes for which the sender's sum in the field is
   */
  long pseudoSum(int bytes, int before) {
    int protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
    if (routed) {
      long field = RawMemory.getShort(at + transport + checksumOffset());
      return field + Checksum.swapped(bytes) + (~Checksum.swapped(before) & 0xffff);
    }
    long addresses = v6 ? Checksum.sum(at + network + 8, 32) : Checksum.sum(at + network + 12, 8);
    return addresses + Checksum.swapped(protocol) + Checksum.swapped(bytes);
  }
}
