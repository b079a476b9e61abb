package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** {@code struct sockaddr_un} of sys/un.h: the family in 16 bits, and a path with a zero byte. */
final class UnixAddress {
  /** The longest path, without its zero byte. */
  static final int MOST_PATH = 107;

  private static final int PATH_OFFSET = 2;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private UnixAddress() {}

  /** A call with an address. */
  @FunctionalInterface
  private interface Call {
    int apply(MemorySegment address, int length);
  }

  /**
   * Binds a socket to a path.
   *
   * @return 0, or the negated errno
   */
  static int bind(int fd, String path) {
    return with(path, (address, length) -> Sockets.bind(fd, address, length));
  }

  /**
   * Connects a socket to a path. Does not wait if the socket does not.
   *
   * @return 0, or the negated errno; EAGAIN if the listener's queue is full
   */
  static int connect(int fd, String path) {
    return with(path, (address, length) -> Sockets.connect(fd, address, length));
  }

  /** Makes a stream socket that does not wait. */
  static FileDescriptor socket() {
    return FileDescriptor.check(
        Sockets.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
        "socket",
        "AF_UNIX");
  }

  /**
   * Refuses a path that no address can hold.
   *
   * @throws SocketException if it is empty, too long, or holds a zero byte
   */
  static void checkPath(String path) {
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MOST_PATH || path.indexOf('\0') >= 0) {
      throw new SocketException(
          "a socket's path has 1 to " + MOST_PATH + " bytes, not " + length + ": " + path);
    }
  }

  private static int with(String path, Call call) {
    checkPath(path);
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      int length = PATH_OFFSET + bytes.length + 1;
      MemorySegment address = arena.allocate(length, Long.BYTES);
      address.set(SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, bytes.length);
      int result;
      do {
        result = call.apply(address, length);
      } while (result == -Errno.EINTR);
      return result;
    }
  }
}
