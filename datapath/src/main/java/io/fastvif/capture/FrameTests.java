package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/**
 * The tests that filters are made of. Offsets are those of the kernel's and of libpcap's filters;
 * each VLAN tag that a filter has named moves what follows by four bytes.
 */
final class FrameTests {
  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int RARP = 0x8035;
  static final int IPV6 = 0x86dd;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int SCTP = 132;

  private static final int[] VLAN_TYPES = {0x8100, 0x88a8, 0x9100};
  private static final int TAG = 4;
  private static final int TYPE = 12;
  private static final int NETWORK = 14;
  private static final int MAC_BYTES = 6;
  private static final int IPV6_BYTES = 16;
  private static final int BYTE_MASK = 0xff;
  private static final int VLAN_ID_MASK = 0xfff;
  private static final int OFFSET_MASK = 0x1fff;
  private static final int FRAGMENT = 44;

  // Offsets within the headers.
  private static final int IPV4_FRAGMENT = 6;
  private static final int IPV4_PROTOCOL = 9;
  private static final int IPV6_NEXT = 6;
  private static final int IPV6_HEADER = 40;

  private FrameTests() {}

  /** Whose address is meant. */
  enum Side {
    SOURCE,
    DESTINATION,
    EITHER
  }

  static FrameTest not(FrameTest test) {
    return (frame, length) -> {
      int result = test.test(frame, length);
      return result == FrameTest.TOO_SHORT ? result : 1 - result;
    };
  }

  static FrameTest and(FrameTest first, FrameTest second) {
    return (frame, length) -> {
      int result = first.test(frame, length);
      return result == FrameTest.YES ? second.test(frame, length) : result;
    };
  }

  static FrameTest or(FrameTest first, FrameTest second) {
    return (frame, length) -> {
      int result = first.test(frame, length);
      return result == FrameTest.NO ? second.test(frame, length) : result;
    };
  }

  /** Two bytes in network order behind a mask. */
  private static FrameTest word(int offset, int mask, int value) {
    return (frame, length) -> {
      if (offset + 2 > length) {
        return FrameTest.TOO_SHORT;
      }
      int read = RawMemory.getByte(frame + offset) << 8 | RawMemory.getByte(frame + offset + 1);
      return (read & mask) == value ? FrameTest.YES : FrameTest.NO;
    };
  }

  private static FrameTest single(int offset, int value) {
    return (frame, length) ->
        offset >= length
            ? FrameTest.TOO_SHORT
            : RawMemory.getByte(frame + offset) == value ? FrameTest.YES : FrameTest.NO;
  }

  /** Bytes whose first bits are those of an address; whole words of them have to be there. */
  private static FrameTest bytes(int offset, byte[] address, int bits) {
    int needed = Math.min(address.length, Math.ceilDiv(bits, Integer.SIZE) * Integer.BYTES);
    return (frame, length) -> {
      if (needed > 0 && offset + needed > length) {
        return FrameTest.TOO_SHORT;
      }
      for (int i = 0, left = bits; left > 0; i++, left -= Byte.SIZE) {
        int mask = left >= Byte.SIZE ? BYTE_MASK : (BYTE_MASK << (Byte.SIZE - left)) & BYTE_MASK;
        if (((RawMemory.getByte(frame + offset + i) ^ address[i]) & mask) != 0) {
          return FrameTest.NO;
        }
      }
      return FrameTest.YES;
    };
  }

  private static FrameTest addresses(
      int source, int destination, byte[] address, int bits, Side side) {
    return switch (side) {
      case SOURCE -> bytes(source, address, bits);
      case DESTINATION -> bytes(destination, address, bits);
      case EITHER -> or(bytes(source, address, bits), bytes(destination, address, bits));
    };
  }

  /** A frame of that type behind so many tags. */
  static FrameTest type(int tags, int value) {
    return word(TYPE + TAG * tags, 0xffff, value);
  }

  /** A tag behind so many others. */
  static FrameTest vlan(int tags) {
    FrameTest any = type(tags, VLAN_TYPES[0]);
    for (int i = 1; i < VLAN_TYPES.length; i++) {
      any = or(any, type(tags, VLAN_TYPES[i]));
    }
    return any;
  }

  /** A tag of that VLAN. */
  static FrameTest vlan(int tags, int id) {
    return and(vlan(tags), word(NETWORK + TAG * tags, VLAN_ID_MASK, id));
  }

  static FrameTest mac(byte[] address, Side side) {
    return addresses(MAC_BYTES, 0, address, Byte.SIZE * MAC_BYTES, side);
  }

  /** Addresses that begin with those bits, in one sort of packet. */
  static FrameTest network(int tags, int type, byte[] address, int bits, Side side) {
    int begin = NETWORK + TAG * tags;
    int source =
        switch (type) {
          case IPV4 -> 12;
          case IPV6 -> 8;
          default -> 14; // ARP and RARP
        };
    int apart =
        switch (type) {
          case IPV4 -> Integer.BYTES;
          case IPV6 -> IPV6_BYTES;
          default -> 10;
        };
    return and(
        type(tags, type), addresses(begin + source, begin + source + apart, address, bits, side));
  }

  static FrameTest ipv4Protocol(int tags, int protocol) {
    return and(type(tags, IPV4), single(NETWORK + TAG * tags + IPV4_PROTOCOL, protocol));
  }

  /** The protocol that IPv6's header names, or the one behind a fragment's header. */
  static FrameTest ipv6Protocol(int tags, int protocol) {
    int begin = NETWORK + TAG * tags;
    FrameTest direct = single(begin + IPV6_NEXT, protocol);
    FrameTest fragment =
        and(single(begin + IPV6_NEXT, FRAGMENT), single(begin + IPV6_HEADER, protocol));
    return and(type(tags, IPV6), or(direct, fragment));
  }

  /**
   * A port of a protocol; of fragments the first alone has one, and of IPv6's none is looked at.
   */
  static FrameTest port(int tags, int[] protocols, int port, Side side) {
    int begin = NETWORK + TAG * tags;
    FrameTest ipv4 =
        and(
            and(
                and(type(tags, IPV4), any(begin + IPV4_PROTOCOL, protocols)),
                word(begin + IPV4_FRAGMENT, OFFSET_MASK, 0)),
            ports(begin, port, side));
    int ipv6Ports = begin + IPV6_HEADER;
    FrameTest source = word(ipv6Ports, 0xffff, port);
    FrameTest destination = word(ipv6Ports + 2, 0xffff, port);
    FrameTest ipv6 =
        and(
            and(type(tags, IPV6), any(begin + IPV6_NEXT, protocols)),
            side == Side.SOURCE
                ? source
                : side == Side.DESTINATION ? destination : or(source, destination));
    return or(ipv6, ipv4);
  }

  private static FrameTest any(int offset, int[] protocols) {
    FrameTest any = single(offset, protocols[0]);
    for (int i = 1; i < protocols.length; i++) {
      any = or(any, single(offset, protocols[i]));
    }
    return any;
  }

  /** Ports behind an IPv4 header, which says how long it is. */
  private static FrameTest ports(int begin, int port, Side side) {
    FrameTest source = (frame, length) -> ipv4Port(frame, length, begin, 0, port);
    FrameTest destination = (frame, length) -> ipv4Port(frame, length, begin, 2, port);
    return switch (side) {
      case SOURCE -> source;
      case DESTINATION -> destination;
      case EITHER -> or(source, destination);
    };
  }

  private static int ipv4Port(long frame, int length, int begin, int offset, int port) {
    if (begin >= length) {
      return FrameTest.TOO_SHORT;
    }
    int at = begin + 4 * (RawMemory.getByte(frame + begin) & 0xf) + offset;
    if (at + 2 > length) {
      return FrameTest.TOO_SHORT;
    }
    int read = RawMemory.getByte(frame + at) << 8 | RawMemory.getByte(frame + at + 1);
    return read == port ? FrameTest.YES : FrameTest.NO;
  }
}
