package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.AF_PACKET;
import static io.fastvif.bindings.linux.linux_h.ETH_P_ARP;
import static io.fastvif.bindings.linux.linux_h.ETH_P_IPV6;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_RAW;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.trace.Log;
import io.fastvif.vif.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Tells the neighbours which MAC address has an IP address now: gratuitous ARP (RFC 5227) and
 * unsolicited neighbour advertisement (RFC 4861, 7.2.6), so that none goes on with what it learned
 * of an earlier pod. Nothing depends on their being heard, so that a failure is only logged.
 */
final class Announcement {
  private static final int MAC_LENGTH = 6;
  private static final int ETHERNET_LENGTH = 14;
  private static final int IPV6_HEADER_LENGTH = 40;
  private static final int ADVERTISEMENT_LENGTH = 32;
  private static final int ARP_LENGTH = 28;
  private static final int ICMPV6 = 58;
  private static final int ADVERTISEMENT = 136;
  private static final int OVERRIDE = 0x2000_0000;
  private static final int IPV4_TYPE = 0x0800;
  private static final byte[] ALL_NODES = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };

  private Announcement() {}

  /** A socket in this thread's namespace by which can be announced; null if there is none. */
  static FileDescriptor openSocket() {
    try {
      return FileDescriptor.check(
          Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_PACKET");
    } catch (SystemCallException refused) {
      warn(refused);
      return null;
    }
  }

  private static void warn(SystemCallException refused) {
    Log.warning(Announcement.class, "a pod is not announced: " + refused.getMessage());
  }

  /**
   * Sends one frame for each address from a link.
   *
   * @param socket in the link's namespace; null to announce nothing
   */
  static void send(FileDescriptor socket, int link, MacAddress mac, List<InetAddress> addresses) {
    if (socket == null || addresses.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = sockaddr_ll.allocate(arena);
      sockaddr_ll.sll_family(to, (short) AF_PACKET);
      sockaddr_ll.sll_ifindex(to, link);
      SystemCallException.check(
          Sockets.bind(socket.value(), to, (int) to.byteSize()), "bind", "AF_PACKET");
      for (InetAddress address : addresses) {
        byte[] frame = frame(mac, address);
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
        SystemCallException.check(
            Math.toIntExact(Sockets.send(socket.value(), bytes, frame.length, 0)),
            "send",
            "AF_PACKET");
      }
    } catch (SystemCallException refused) {
      warn(refused);
    }
  }

  /** The frame that says so. */
  static byte[] frame(MacAddress mac, InetAddress address) {
    return address instanceof Inet4Address
        ? arp(mac, address.getAddress())
        : advertisement(mac, address.getAddress());
  }

  private static byte[] arp(MacAddress mac, byte[] address) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_LENGTH + ARP_LENGTH);
    byte[] all = new byte[MAC_LENGTH];
    Arrays.fill(all, (byte) 0xff);
    frame.put(all).put(bytes(mac)).putShort((short) ETH_P_ARP);
    frame.putShort((short) 1).putShort((short) IPV4_TYPE);
    frame.put((byte) MAC_LENGTH).put((byte) address.length);
    frame.putShort((short) 1); // a request, which more hosts heed than an unasked reply
    frame.put(bytes(mac)).put(address).put(new byte[MAC_LENGTH]).put(address);
    return frame.array();
  }

  private static byte[] advertisement(MacAddress mac, byte[] address) {
    ByteBuffer message = ByteBuffer.allocate(ADVERTISEMENT_LENGTH);
    message.put((byte) ADVERTISEMENT).put((byte) 0).putShort((short) 0);
    message.putInt(OVERRIDE).put(address);
    message.put((byte) 2).put((byte) 1).put(bytes(mac)); // the target's link-layer address
    message.putShort(2, checksum(address, message.array()));
    ByteBuffer frame =
        ByteBuffer.allocate(ETHERNET_LENGTH + IPV6_HEADER_LENGTH + ADVERTISEMENT_LENGTH);
    frame.put(new byte[] {0x33, 0x33, 0, 0, 0, 1}).put(bytes(mac)).putShort((short) ETH_P_IPV6);
    frame.putInt(6 << 28).putShort((short) ADVERTISEMENT_LENGTH);
    frame.put((byte) ICMPV6).put((byte) 255);
    frame.put(address).put(ALL_NODES).put(message.array());
    return frame.array();
  }

  private static short checksum(byte[] source, byte[] message) {
    ByteBuffer summed = ByteBuffer.allocate(2 * source.length + 2 * Integer.BYTES + message.length);
    summed.put(source).put(ALL_NODES).putInt(message.length).putInt(ICMPV6).put(message).flip();
    int sum = 0;
    while (summed.hasRemaining()) {
      sum += Short.toUnsignedInt(summed.getShort());
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  private static byte[] bytes(MacAddress mac) {
    return Arrays.copyOfRange(
        ByteBuffer.allocate(Long.BYTES).putLong(mac.value()).array(), 2, Long.BYTES);
  }
}
