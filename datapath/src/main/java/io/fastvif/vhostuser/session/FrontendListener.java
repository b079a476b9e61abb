package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/** A frontend's listening socket, to which backends connect; like QEMU's with {@code server=on}. */
public final class FrontendListener implements AutoCloseable {
  private final ListeningSocket listener;

  private FrontendListener(ListeningSocket listener) {
    this.listener = listener;
  }

  /**
   * Listens on a socket.
   *
   * @param socket where and with which permissions
   * @return the listener
   * @throws SocketException if there can be no such socket
   */
  public static FrontendListener open(ListenOptions socket) {
    return new FrontendListener(ListeningSocket.open(socket));
  }

  /**
   * Waits for a backend.
   *
   * @param timeoutMillis how long to wait for the connection, and later for each answer
   * @return the connection
   * @throws ProtocolException TIMEOUT if none comes
   */
  public VhostUserFrontend accept(long timeoutMillis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
      entry.set(
          ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder()),
          Polling.ENTRY_DESCRIPTOR_OFFSET,
          listener.descriptor());
      entry.set(
          ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder()),
          Polling.ENTRY_EVENTS_OFFSET,
          (short) POLLIN);
      while (true) {
        int fd = listener.accept();
        if (fd >= 0) {
          return new VhostUserFrontend(FileDescriptor.of(fd), timeoutMillis);
        }
        if (fd != -Errno.EAGAIN && fd != -Errno.EINTR && fd != -Errno.ECONNABORTED) {
          throw new SystemCallException("accept4", -fd, listener.descriptor());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          throw new ProtocolException(Fault.TIMEOUT, "no backend in " + timeoutMillis + " ms");
        }
        Polling.poll(entry, 1, (int) Math.min(Integer.MAX_VALUE, millis));
      }
    }
  }

  /** Removes the socket. */
  @Override
  public void close() {
    listener.close();
  }
}
