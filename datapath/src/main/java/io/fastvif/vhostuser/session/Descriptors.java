package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/** Checks the descriptors that a peer passed. */
final class Descriptors {
  private static final String EVENTFD = "anon_inode:[eventfd]";
  private static final int TARGET_LENGTH = 64;

  private Descriptors() {}

  /**
   * The files of SET_MEM_TABLE, which stay the channel's.
   *
   * @throws ProtocolException if there is not one for each region
   */
  static int[] ofRegions(MessageChannel channel, int regions) {
    int count = channel.descriptorCount();
    if (regions != count) {
      throw new ProtocolException(
          regions > count ? Fault.TOO_FEW_DESCRIPTORS : Fault.TOO_MANY_DESCRIPTORS,
          "SET_MEM_TABLE of " + regions + " regions with " + count + " descriptors");
    }
    return IntStream.range(0, count).map(channel::descriptorAt).toArray();
  }

  /**
   * Takes the descriptor of a message that has one, or says that there is none.
   *
   * @return null for none
   * @throws ProtocolException if there is one and should be none, or the other way round, or it is
   *     none to signal by
   */
  static FileDescriptor takeSignal(MessageChannel channel, boolean none, String request) {
    if (none != (channel.descriptorCount() == 0)) {
      throw new ProtocolException(
          none ? Fault.TOO_MANY_DESCRIPTORS : Fault.TOO_FEW_DESCRIPTORS,
          request + (none ? " with a descriptor, and the flag for none" : " without a descriptor"));
    }
    if (none) {
      return null;
    }
    requireSignal(channel.descriptorAt(0), request);
    return channel.takeDescriptor();
  }

  /**
   * Takes an eventfd, a pipe or a socket, and has it never block: a pipe that is full, or a counter
   * that the peer filled up, would stop the thread that writes it. The specification allows pipes,
   * and User Mode Linux is called by a socket.
   *
   * @throws ProtocolException if it is something else
   * @throws SystemCallException if that cannot be found out
   */
  private static void requireSignal(int fd, String request) {
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
