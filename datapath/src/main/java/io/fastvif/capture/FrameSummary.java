package io.fastvif.capture;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A line of a frame, such as tcpdump's: when, in or out, from where to where, and why it was
 * dropped, if it was.
 *
 * <pre>
 * 12:01:02.123456 in  IP 192.0.2.2.7000 &gt; 192.0.2.1.53: UDP, length 74 [dropped: no buffers]
 * </pre>
 */
public final class FrameSummary {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT);
  private static final HexFormat MAC = HexFormat.ofDelimiter(":");
  private static final int ETHERNET = 14;
  private static final int TAG = 4;
  private static final int NANOS = 1_000_000_000;

  private final byte[] frame;

  private FrameSummary(byte[] frame) {
    this.frame = frame;
  }

  /** The line of a frame. */
  public static String line(PcapngBlock block, ZoneId zone) {
    Instant time =
        Instant.ofEpochSecond(block.nanos() / NANOS, Math.floorMod(block.nanos(), NANOS));
    StringBuilder line = new StringBuilder(TIME.format(time.atZone(zone)));
    line.append(block.isOutbound() ? " out " : " in  ");
    line.append(new FrameSummary(block.frame()).text());
    line.append(", length ").append(block.length());
    if (!block.comment().isEmpty()) {
      line.append(" [").append(block.comment()).append(']');
    }
    return line.toString();
  }

  private boolean has(int bytes) {
    return frame.length >= bytes;
  }

  private int word(int at) {
    return (frame[at] & 0xff) << 8 | (frame[at + 1] & 0xff);
  }

  private String mac(int at) {
    return MAC.formatHex(frame, at, at + 6);
  }

  private String address(int at, int length) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(frame, at, at + length)).getHostAddress();
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // the length is that of an address
    }
  }

  private String text() {
    if (!has(ETHERNET)) {
      return "no whole Ethernet header";
    }
    StringBuilder text = new StringBuilder();
    int at = ETHERNET;
    int type = word(at - 2);
    while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && has(at + TAG)) {
      text.append("vlan ").append(word(at) & 0xfff).append(", ");
      type = word(at + 2);
      at += TAG;
    }
    switch (type) {
      case FrameTests.IPV4 -> ipv4(text, at);
      case FrameTests.IPV6 -> ipv6(text, at);
      case FrameTests.ARP -> arp(text, at);
      default ->
          text.append(mac(6))
              .append(" > ")
              .append(mac(0))
              .append(String.format(", ethertype 0x%04x", type));
    }
    return text.toString();
  }

  private void ipv4(StringBuilder text, int at) {
    if (!has(at + 20)) {
      text.append("IP, not whole");
      return;
    }
    boolean isFirst = (word(at + 6) & 0x1fff) == 0;
    int ports = at + 4 * (frame[at] & 0xf);
    text.append("IP ");
    ends(text, address(at + 12, 4), address(at + 16, 4), frame[at + 9] & 0xff, isFirst, ports);
  }

  private void ipv6(StringBuilder text, int at) {
    if (!has(at + 40)) {
      text.append("IP6, not whole");
      return;
    }
    text.append("IP6 ");
    ends(text, address(at + 8, 16), address(at + 24, 16), frame[at + 6] & 0xff, true, at + 40);
  }

  private void ends(
      StringBuilder text, String from, String to, int protocol, boolean hasPorts, int ports) {
    String name =
        switch (protocol) {
          case FrameTests.TCP -> "TCP";
          case FrameTests.UDP -> "UDP";
          case FrameTests.SCTP -> "SCTP";
          case 1 -> "ICMP";
          case 58 -> "ICMP6";
          default -> "protocol " + protocol;
        };
    boolean isOfPorts =
        protocol == FrameTests.TCP || protocol == FrameTests.UDP || protocol == FrameTests.SCTP;
    boolean shown = isOfPorts && hasPorts && has(ports + 4);
    text.append(from);
    if (shown) {
      text.append('.').append(word(ports));
    }
    text.append(" > ").append(to);
    if (shown) {
      text.append('.').append(word(ports + 2));
    }
    text.append(": ").append(name);
  }

  private void arp(StringBuilder text, int at) {
    if (!has(at + 28)) {
      text.append("ARP, not whole");
    } else if (word(at + 6) == 1) {
      text.append("ARP, who has ").append(address(at + 24, 4));
      text.append("? tell ").append(address(at + 14, 4));
    } else {
      text.append("ARP, ").append(address(at + 14, 4)).append(" is at ").append(mac(at + 8));
    }
  }
}
