package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/**
 * A frame of TCP or UDP as a guest sends it that leaves segmentation and checksum to its device.
 */
final class OffloadedFrame {
  private static final byte[] ADDRESSES = HexFormat.of().parseHex("020000000001020000000002");

  private final long first;
  private final int csumOffset;
  private final byte[] bytes;

  OffloadedFrame(long first, int csumOffset, byte[] bytes) {
    this.first = first;
    this.csumOffset = csumOffset;
    this.bytes = bytes;
  }

  /** The first eight bytes of its virtio-net header. */
  long first() {
    return first;
  }

  /** Its header's csum_offset. */
  int csumOffset() {
    return csumOffset;
  }

  byte[] bytes() {
    return bytes;
  }

  /** What a random frame may be like. */
  record Kind(boolean v6, boolean udp, int tags, boolean extensions) {}

  /** Makes one. */
  static OffloadedFrame random(Kind kind, Random random) {
    int options = kind.udp() ? 0 : 4 * random.nextInt(11);
    int transportLength = (kind.udp() ? 8 : 20) + options;
    int size = 1 + random.nextInt(random.nextBoolean() ? 1448 : 9000);
    int most = Math.min(65_000, size * (kind.udp() ? 60 : 70));
    int data = 1 + random.nextInt(most);
    byte[] network = kind.v6() ? ipv6(kind, random) : ipv4(random);
    int transport = 14 + 4 * kind.tags() + network.length;
    ByteBuffer frame = ByteBuffer.allocate(transport + transportLength + data);
    frame.put(ADDRESSES);
    for (int i = 0; i < kind.tags(); i++) {
      frame.putShort((short) 0x8100).putShort((short) random.nextInt());
    }
    frame.putShort((short) (kind.v6() ? 0x86dd : 0x0800));
    int ip = frame.position();
    frame.put(network);
    byte[] rest = new byte[transportLength + data];
    random.nextBytes(rest);
    frame.put(rest);
    byte[] bytes = frame.array();
    int behind = bytes.length - transport;
    if (kind.udp()) {
      frame.putShort(transport + 4, (short) behind);
    } else {
      bytes[transport + 12] = (byte) ((transportLength / 4) << 4);
      // ACK always; FIN, PSH, ECE, CWR at times; neither SYN, RST nor URG.
      bytes[transport + 13] = (byte) (0x10 | (random.nextInt() & 0xc9));
      Arrays.fill(bytes, transport + 20, transport + transportLength, (byte) 1);
    }
    finishIp(kind, bytes, ip, network.length);
    int protocol = kind.udp() ? IPPROTO_UDP : IPPROTO_TCP;
    int addresses = kind.v6() ? ip + 8 : ip + 12;
    int sum = UdpFrame.sum(bytes, addresses, addresses + (kind.v6() ? 32 : 8), protocol + behind);
    int csumOffset = kind.udp() ? 6 : 16;
    frame.putShort(transport + csumOffset, (short) sum);
    int type =
        kind.udp()
            ? VirtioNetHeader.GSO_UDP_L4
            : kind.v6() ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
    boolean cwr = !kind.udp() && (bytes[transport + 13] & 0x80) != 0;
    return new OffloadedFrame(
        VirtioNetHeader.segmentable(
            type | (cwr ? VIRTIO_NET_HDR_GSO_ECN : 0),
            transport + transportLength,
            size,
            transport),
        csumOffset,
        bytes);
  }

  private static void finishIp(Kind kind, byte[] bytes, int ip, int length) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int behind = frame.capacity() - ip;
    if (kind.v6()) {
      frame.putShort(ip + 4, (short) (behind - 40));
      int next = kind.udp() ? IPPROTO_UDP : IPPROTO_TCP;
      if (kind.extensions()) {
        frame.put(ip + 6, (byte) 0).put(ip + 40, (byte) 60).put(ip + 48, (byte) next);
      } else {
        frame.put(ip + 6, (byte) next);
      }
      return;
    }
    frame.putShort(ip + 2, (short) behind);
    frame.put(ip + 9, (byte) (kind.udp() ? IPPROTO_UDP : IPPROTO_TCP));
    frame.putShort(ip + 10, (short) ~UdpFrame.sum(bytes, ip, ip + length, 0));
  }

  private static byte[] ipv4(Random random) {
    int options = random.nextInt(4) == 0 ? 4 * random.nextInt(11) : 0;
    ByteBuffer ip = ByteBuffer.allocate(20 + options);
    ip.put((byte) (0x45 + options / 4)).put((byte) random.nextInt()).putShort((short) 0);
    ip.putShort((short) random.nextInt()).putShort((short) (random.nextBoolean() ? 0x4000 : 0));
    ip.put((byte) 64).put((byte) 0).putShort((short) 0).putInt(0x0a000002).putInt(0x0a000001);
    while (ip.hasRemaining()) {
      ip.put((byte) 1);
    }
    return ip.array();
  }

  private static byte[] ipv6(Kind kind, Random random) {
    // Hop-by-hop options of 8 bytes and destination options of 16, both padding.
    ByteBuffer ip = ByteBuffer.allocate(40 + (kind.extensions() ? 24 : 0));
    ip.putInt(0x60000000 | random.nextInt(1 << 28)).putInt(64);
    ip.putLong(0xfd00L << 48).putLong(2).putLong(0xfd00L << 48).putLong(1);
    if (kind.extensions()) {
      ip.put(new byte[] {0, 0, 1, 4, 0, 0, 0, 0});
      ip.put(new byte[] {0, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    }
    return ip.array();
  }
}
