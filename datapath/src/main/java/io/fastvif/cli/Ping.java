package io.fastvif.cli;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_RAW;
import static io.fastvif.bindings.linux.linux_h.SOL_SOCKET;
import static io.fastvif.bindings.linux.linux_h.SO_RCVTIMEO;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * ICMP echo (RFC 792), from the namespace of the calling thread. Equivalent to {@code ping -c COUNT
 * ADDRESS}.
 */
final class Ping {
  private static final int IPPROTO_ICMP = 1;
  private static final int ECHO_REQUEST = 8;
  private static final int ECHO_REPLY = 0;
  private static final int IDENTIFIER = 0x6676;
  private static final int MESSAGE_LENGTH = 16;
  private static final int TIMEOUT_SECONDS = 10;
  private static final int MAX_PACKETS_READ = 16;

  private static final ValueLayout.OfShort BE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt BE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.nativeOrder());

  private Ping() {}

  /**
   * Sends echo requests, each after the answer to the one before, and counts the answers.
   *
   * @param address an IPv4 address
   * @return how many were answered, each within ten seconds
   * @throws SystemCallException if there is no route, or no privilege for a raw socket
   */
  static int echo(byte[] address, int count) {
    try (Arena arena = Arena.ofConfined();
        FileDescriptor socket =
            FileDescriptor.check(
                Sockets.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP),
                "socket",
                "SOCK_RAW",
                "IPPROTO_ICMP")) {
      int fd = socket.value();
      MemorySegment timeout = arena.allocate(16, 8); // struct timeval: seconds, microseconds
      timeout.set(LONG, 0, TIMEOUT_SECONDS);
      SystemCallException.check(
          Sockets.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16), "setsockopt", fd);
      MemorySegment peer = arena.allocate(16, 4); // struct sockaddr_in: family, port, address
      peer.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
      MemorySegment.copy(address, 0, peer, ValueLayout.JAVA_BYTE, 4, 4);
      SystemCallException.check(Sockets.connect(fd, peer, 16), "connect", fd);
      MemorySegment buffer = arena.allocate(2048);
      int answered = 0;
      for (int sequence = 1; sequence <= count; sequence++) {
        request(buffer, sequence);
        SystemCallException.check(Sockets.send(fd, buffer, MESSAGE_LENGTH, 0), "send", fd);
        if (isAnswered(fd, buffer, sequence)) {
          answered++;
        }
      }
      return answered;
    }
  }

  private static void request(MemorySegment message, int sequence) {
    message.fill((byte) 0);
    message.set(ValueLayout.JAVA_BYTE, 0, (byte) ECHO_REQUEST);
    message.set(BE_SHORT, 4, (short) IDENTIFIER);
    message.set(BE_SHORT, 6, (short) sequence);
    int sum = 0;
    for (int i = 0; i < MESSAGE_LENGTH; i += Short.BYTES) {
      sum += message.get(BE_SHORT, i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    message.set(BE_SHORT, 2, (short) ~(sum + (sum >>> 16)));
  }

  private static boolean isAnswered(int fd, MemorySegment buffer, int sequence) {
    for (int i = 0; i < MAX_PACKETS_READ; i++) {
      long length = Sockets.recv(fd, buffer, buffer.byteSize(), 0);
      if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
        return false;
      }
      SystemCallException.check(length, "recv", fd);
      int ipHeader = 4 * (buffer.get(ValueLayout.JAVA_BYTE, 0) & 0xf);
      int expected = IDENTIFIER << 16 | sequence;
      if (length >= ipHeader + 8
          && buffer.get(ValueLayout.JAVA_BYTE, ipHeader) == ECHO_REPLY
          && buffer.get(BE_INT, ipHeader + 4) == expected) {
        return true;
      }
    }
    return false;
  }
}
