package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Checks that descriptors which a peer passed are of the kind that they should be. */
final class Descriptors {
  private static final String EVENTFD = "anon_inode:[eventfd]";
  private static final int TARGET_LENGTH = 64;

  private Descriptors() {}

  /**
   * Takes only an eventfd, and has it never block: a pipe that is full, or a counter that the peer
   * filled up, would stop the thread that writes it.
   *
   * @throws ProtocolException if it is something else
   * @throws SystemCallException if that cannot be found out
   */
  static void requireEventfd(int fd, String request) {
    if (!EVENTFD.equals(target(fd))) {
      throw new ProtocolException(
          Fault.WRONG_DESCRIPTOR, request + ": the descriptor is no eventfd: " + target(fd));
    }
    int flags = SystemCallException.check(FileIo.fcntl(fd, F_GETFL, 0), "fcntl", fd, "F_GETFL");
    SystemCallException.check(
        FileIo.fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl", fd, "F_SETFL", "O_NONBLOCK");
  }

  /**
   * Takes only a stream socket.
   *
   * @throws ProtocolException if it is something else
   */
  static void requireSocket(int fd, String request) {
    int type = Sockets.getsockopt(fd, SOL_SOCKET, SO_TYPE);
    if (type < 0 && type != -Errno.ENOTSOCK) {
      throw new SystemCallException("getsockopt", -type, fd, "SO_TYPE");
    }
    if (type != SOCK_STREAM) {
      throw new ProtocolException(
          Fault.WRONG_DESCRIPTOR, request + ": the descriptor is no stream socket: " + target(fd));
    }
  }

  private static String target(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(TARGET_LENGTH);
      String link = "/proc/self/fd/" + fd;
      long length =
          SystemCallException.check(FileIo.readlink(link, buffer, TARGET_LENGTH), "readlink", link);
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
