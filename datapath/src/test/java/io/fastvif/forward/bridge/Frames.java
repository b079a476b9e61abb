package io.fastvif.forward.bridge;

import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Frames made byte by byte, and a switch that is asked about them. */
final class Frames {
  static final String ALL = "ff:ff:ff:ff:ff:ff";
  static final String OWN = "fa:16:3e:00:00:01";
  static final String OTHER = "fa:16:3e:00:00:02";
  static final SwitchPortSettings GUARDED =
      SwitchPortSettings.DEFAULT.withGuard(
          AntiSpoofing.ON,
          MacAddress.parse(OWN),
          List.of(
              new IpNetwork("192.0.2.5"),
              new IpNetwork("198.51.100.0/24"),
              new IpNetwork("2001:db8::5"),
              new IpNetwork("2001:db8:0:1:8000::/66")));

  private static final int LONGEST = 2048;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static Frames ethernet(String to, String from, int... types) {
    Frames frame = new Frames().mac(to).mac(from);
    for (int type : types) {
      frame.u16(type);
    }
    return frame;
  }

  /** From the guarded address to all. */
  static Frames own(int type) {
    return ethernet(ALL, OWN, type);
  }

  Frames mac(String mac) {
    bytes.writeBytes(HexFormat.ofDelimiter(":").parseHex(mac));
    return this;
  }

  Frames u8(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  Frames u16(int... values) {
    for (int value : values) {
      bytes.write(value >> 8);
      bytes.write(value);
    }
    return this;
  }

  Frames ip(String address) {
    bytes.writeBytes(InetAddress.ofLiteral(address).getAddress());
    return this;
  }

  Frames arp(int operation, String mac, String ip) {
    return u16(1, 0x0800).u8(6, 4).u16(operation).mac(mac).ip(ip).mac(ALL).ip("192.0.2.1");
  }

  Frames ipv4(int protocol, int fragment, String from) {
    u8(0x45, 0).u16(40, 0, fragment).u8(64, protocol).u16(0);
    return ip(from).ip("255.255.255.255");
  }

  Frames ipv6(int next, int length, String from) {
    return u8(0x60, 0, 0, 0).u16(length).u8(next, 255).ip(from).ip("ff02::1");
  }

  Frames udp(int from, int to) {
    return u16(from, to, 8, 0);
  }

  /** A message of neighbour discovery with one option; 0 for none. */
  Frames discovery(int type, String target, int option, String mac) {
    u8(type, 0).u16(0, 0, 0).ip(target);
    return option == 0 ? this : u8(option, 1).mac(mac);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /** As a frame is looked at: what is behind its end must not matter. */
  int decide(LearningSwitch asked, int port) {
    return decide(asked, port, toBytes());
  }

  static int decide(LearningSwitch asked, int port, byte[] frame) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(LONGEST);
      memory.fill((byte) 0xa5);
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 0, frame.length);
      return asked.decide(port, memory.address(), frame.length);
    }
  }

  /** The frame without its last bytes. */
  byte[] cut(int length) {
    return Arrays.copyOf(toBytes(), length);
  }
}
