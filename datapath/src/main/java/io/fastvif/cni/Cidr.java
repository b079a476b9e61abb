package io.fastvif.cni;

import io.fastvif.vif.IpAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An IP address with the length of its network's prefix.
 *
 * @param address of the host, or of the network
 * @param length of the prefix, in bits
 */
record Cidr(InetAddress address, int length) {
  private static final int BITS = 8;
  private static final int V6_GROUPS = 8;

  /**
   * Reads an address.
   *
   * @param where it is given, for the error
   */
  static InetAddress address(String where, String text) {
    try {
      return InetAddress.ofLiteral(new IpAddress(text).text());
    } catch (IllegalArgumentException wrong) {
      throw CniException.ofKey(where, text, "an IP address");
    }
  }

  /** Reads an address and a length, as in {@code 10.1.0.5/24}. */
  static Cidr parse(String where, String text) {
    int slash = text.indexOf('/');
    String length = slash < 0 ? "" : text.substring(slash + 1);
    if (length.isEmpty()
        || length.length() > 3
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw CniException.ofKey(where, text, "an IP address and the length of its prefix");
    }
    Cidr cidr = new Cidr(address(where, text.substring(0, slash)), Integer.parseInt(length));
    if (cidr.length > cidr.bits()) {
      throw CniException.ofKey(where, text, "a prefix of at most " + cidr.bits() + " bits");
    }
    return cidr;
  }

  /** An address alone: all bits count. */
  static Cidr host(InetAddress address) {
    return new Cidr(address, BITS * address.getAddress().length);
  }

  boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  /** How many bits an address of the family has. */
  int bits() {
    return BITS * address.getAddress().length;
  }

  /** The network that it is in. */
  Cidr network() {
    return new Cidr(masked(address, false), length);
  }

  /** The last address of the network. */
  InetAddress last() {
    return masked(address, true);
  }

  private InetAddress masked(InetAddress from, boolean ones) {
    byte[] bytes = from.getAddress();
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.clamp(length - (long) BITS * i, 0, BITS);
      int mask = 0xff << (BITS - kept);
      bytes[i] = (byte) (ones ? bytes[i] | ~mask : bytes[i] & mask);
    }
    return of(bytes);
  }

  /** The bytes of the mask. */
  byte[] mask() {
    byte[] mask = new byte[address.getAddress().length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (0xff << (BITS - Math.clamp(length - (long) BITS * i, 0, BITS)));
    }
    return mask;
  }

  /** Whether the network has that address. */
  boolean contains(InetAddress other) {
    return other.getClass() == address.getClass()
        && masked(other, false).equals(masked(address, false));
  }

  /** Whether the two networks have addresses in common. */
  boolean overlaps(Cidr other) {
    return contains(other.address) || other.contains(address);
  }

  /** The address after another. */
  static InetAddress next(InetAddress from) {
    byte[] bytes = from.getAddress();
    for (int i = bytes.length - 1; i >= 0 && ++bytes[i] == 0; i--) {
      // carries on
    }
    return of(bytes);
  }

  /** Which of two addresses of one family comes first; those of IPv4 come before those of IPv6. */
  static int compare(InetAddress one, InetAddress other) {
    byte[] first = one.getAddress();
    byte[] second = other.getAddress();
    return first.length != second.length
        ? Integer.compare(first.length, second.length)
        : Arrays.compareUnsigned(first, second);
  }

  /** The text of an address, of IPv6 the one of RFC 5952. */
  static String text(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    byte[] bytes = address.getAddress();
    int[] groups = new int[V6_GROUPS];
    for (int i = 0; i < V6_GROUPS; i++) {
      groups[i] = ((bytes[2 * i] & 0xff) << BITS) | (bytes[2 * i + 1] & 0xff);
    }
    int gap = -1;
    int longest = 1; // a single zero stays
    for (int i = 0; i < V6_GROUPS; i++) {
      int zeros = 0;
      while (i + zeros < V6_GROUPS && groups[i + zeros] == 0) {
        zeros++;
      }
      if (zeros > longest) {
        gap = i;
        longest = zeros;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < V6_GROUPS; i += i == gap ? longest : 1) {
      if (i == gap) {
        text.append("::");
      } else {
        boolean needsColon = !text.isEmpty() && text.charAt(text.length() - 1) != ':';
        text.append(needsColon ? ":" : "").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** The address of 4 or 16 bytes. */
  static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // it has the length of an address
    }
  }

  @Override
  public String toString() {
    return text(address) + "/" + length;
  }
}
