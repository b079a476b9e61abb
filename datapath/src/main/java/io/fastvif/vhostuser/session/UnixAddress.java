package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.UnixSocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Binds and connects sockets that have paths. */
public final class UnixAddress {
  /** The longest path, without its zero byte. */
  static final int MAX_PATH = UnixSocketAddress.MAX_PATH;

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
  public static int connect(int fd, String path) {
    return with(path, (address, length) -> Sockets.connect(fd, address, length));
  }

  /** Makes a stream socket that does not wait. */
  public static FileDescriptor socket() {
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
    int length = UnixSocketAddress.length(path);
    if (length == 0 || length > MAX_PATH || path.indexOf('\0') >= 0) {
      throw new SocketException(
          FailureKind.OTHER,
          "a socket's path has 1 to " + MAX_PATH + " bytes, not " + length + ": " + path);
    }
  }

  private static int with(String path, Call call) {
    checkPath(path);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = UnixSocketAddress.ofPath(arena, path);
      int result;
      do {
        result = call.apply(address, (int) address.byteSize());
      } while (result == -Errno.EINTR);
      return result;
    }
  }
}
