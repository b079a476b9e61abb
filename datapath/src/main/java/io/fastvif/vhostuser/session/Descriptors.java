package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Checks the descriptors that a peer passed. */
final class Descriptors {
  private static final String EVENTFD = "anon_inode:[eventfd]";
  private static final int TARGET_LENGTH = 64;

  private Descriptors() {}

  /**
   * Takes an eventfd, a pipe or a socket, and has it never block: a pipe that is full, or a counter
   * that the peer filled up, would stop the thread that writes it. The specification allows pipes,
   * and User Mode Linux is called by a socket.
   *
   * @throws ProtocolException if it is something else
   * @throws SystemCallException if that cannot be found out
   */
  static void requireSignal(int fd, String request) {
    String target = target(fd);
    if (!EVENTFD.equals(target) && !FileIo.isPipeOrSocket(fd)) {
      throw new ProtocolException(
          Fault.WRONG_DESCRIPTOR,
          request + ": the descriptor is neither an eventfd nor a pipe nor a socket: " + target);
    }
    int flags = SystemCallException.check(FileIo.fcntl(fd, F_GETFL, 0), "fcntl", fd, "F_GETFL");
    SystemCallException.check(
        FileIo.fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl", fd, "F_SETFL", "O_NONBLOCK");
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
