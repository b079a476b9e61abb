package io.fastvif.forward;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Random;

/** UDP over IPv4 between a guest, 10.0.0.2, and its host, 10.0.0.1, port 7000 on both. */
final class UdpFrame {
  /** A virtio-net header's first eight bytes: a checksum to complete from byte 34 on. */
  static final long UNFINISHED = 1 | (34L << 48);

  /** Where that checksum is, from there. */
  static final int CHECKSUM_OFFSET = 6;

  private static final int IP = 14;
  private static final int UDP = 34;
  private static final int DATA = 42;
  private static final int HOST = 0x0a000001;
  private static final int GUEST = 0x0a000002;

  private UdpFrame() {}

  static byte[] payload(int length) {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    return payload;
  }

  /** A frame from the guest; with its checksum, or with the pseudo header's sum. */
  static byte[] toHost(byte[] payload, boolean finished) {
    ByteBuffer frame = ByteBuffer.allocate(DATA + payload.length);
    frame.put(new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0});
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (28 + payload.length));
    frame.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
    frame.putInt(GUEST).putInt(HOST);
    frame.putShort((short) 7000).putShort((short) 7000);
    frame.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    byte[] bytes = frame.array();
    frame.putShort(IP + 10, (short) ~sum(bytes, IP, UDP, 0));
    int pseudo = sum(bytes, IP + 12, UDP, 17 + 8 + payload.length);
    frame.putShort(UDP + CHECKSUM_OFFSET, (short) pseudo);
    if (finished) {
      // The pseudo header's sum is in the field already, and is summed with the rest.
      frame.putShort(UDP + CHECKSUM_OFFSET, (short) ~sum(bytes, UDP, bytes.length, 0));
    }
    return bytes;
  }

  static boolean isUdp(byte[] frame, int header) {
    return frame.length > header + DATA && frame[header + 12] == 8 && frame[header + 23] == 17;
  }

  static byte[] payloadOf(byte[] frame, int header) {
    int length = ByteBuffer.wrap(frame).getShort(header + UDP + 4) & 0xffff;
    return Arrays.copyOfRange(frame, header + DATA, header + UDP + length);
  }

  /** Whether a frame's checksum is complete. */
  static boolean hasChecksum(byte[] frame, int header) {
    byte[] bytes = Arrays.copyOfRange(frame, header, frame.length);
    int length = ByteBuffer.wrap(bytes).getShort(UDP + 4) & 0xffff;
    int pseudo = sum(bytes, IP + 12, UDP, 17 + length);
    return sum(bytes, UDP, UDP + length, pseudo) == 0xffff;
  }

  /** A ones' complement sum, RFC 1071, on top of a number. */
  static int sum(byte[] bytes, int from, int to, int begin) {
    long sum = begin;
    for (int i = from; i < to; i += 2) {
      int low = i + 1 < to ? bytes[i + 1] & 0xff : 0;
      sum += ((bytes[i] & 0xff) << 8) | low;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) sum;
  }

  /** Waits for a datagram, at most a minute; from whom it comes. */
  static InetSocketAddress receive(DatagramChannel channel, ByteBuffer into) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[into.remaining()], into.remaining());
    channel.socket().setSoTimeout(60_000);
    channel.socket().receive(packet);
    into.put(packet.getData(), 0, packet.getLength());
    return (InetSocketAddress) packet.getSocketAddress();
  }
}
