package io.fastvif.netlink.route;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;

/** IP addresses as netlink carries them: 4 or 16 bytes in network order. */
final class InternetAddress {
  private static final int IPV4_LENGTH = 4;
  private static final int IPV6_LENGTH = 16;

  private InternetAddress() {}

  static int requireFamilyLength(byte[] address) {
    if (address.length != IPV4_LENGTH && address.length != IPV6_LENGTH) {
      throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + address.length);
    }
    return address.length;
  }

  static boolean isIpv4(byte[] address) {
    return requireFamilyLength(address) == IPV4_LENGTH;
  }

  /** As text; never looked up. */
  static String format(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      return "0x" + HexFormat.of().formatHex(address);
    }
  }
}
