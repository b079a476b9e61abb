package io.fastvif.agent.systemd;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.UnixSocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The socket that a service manager listens on. */
public final class NotifySocket implements AutoCloseable {
  private static final int MAX_BYTES = 4096;

  private final String name;
  private final FileDescriptor socket;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(MAX_BYTES);

  /**
   * Listens.
   *
   * @param name a path, or with an @ in front an abstract name
   * @param seconds for how long {@link #next} waits
   */
  public NotifySocket(String name, int seconds) {
    this.name = name;
    socket =
        FileDescriptor.check(
            Sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX");
    MemorySegment address =
        name.startsWith("@")
            ? UnixSocketAddress.ofAbstract(arena, name.substring(1))
            : UnixSocketAddress.ofPath(arena, name);
    SystemCallException.check(
        Sockets.bind(socket.value(), address, (int) address.byteSize()), "bind", name);
    MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
    time.setAtIndex(ValueLayout.JAVA_LONG, 0, seconds);
    Sockets.setsockopt(socket.value(), SOL_SOCKET, SO_RCVTIMEO, time, (int) time.byteSize());
  }

  /** What tells a process of the socket. */
  public Map<String, String> environment() {
    return Map.of(ServiceManager.NOTIFY_SOCKET, name);
  }

  /** The next message; empty if none comes in time. */
  public String next() {
    long length;
    do {
      length = Sockets.recv(socket.value(), buffer, MAX_BYTES, 0);
    } while (length == -Errno.EINTR);
    return length < 0
        ? ""
        : new String(
            buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    socket.close();
    arena.close();
  }
}
