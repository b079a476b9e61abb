package io.fastvif.vhostuser.session;

import io.fastvif.files.BoundSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The process that listens on a socket, found without connecting to it: /proc/net/unix names the
 * socket, and /proc/PID/fd who has it. Sockets of other network namespaces are not listed there,
 * and other users' processes cannot be looked into without privileges.
 *
 * @param pid the process
 * @param program the name of its executable
 */
public record SocketOwner(long pid, String program) {
  /**
   * Backends that take one connection and end when it does. All of them are built on libvhost-user
   * or vhost-user-backend, whose daemons serve one frontend.
   */
  private static final Set<String> SERVE_ONCE =
      Set.of(
          "virtiofsd",
          "vhost-user-blk",
          "vhost-user-scsi",
          "vhost-user-gpu",
          "vhost-user-input",
          "vhost-user-bridge",
          "vhost-user-vsock",
          "vhost-device-vsock",
          "vhost-device-sound",
          "vhost-device-scsi",
          "vhost-device-rng",
          "vhost-device-gpio",
          "vhost-device-i2c",
          "vhost-device-spi",
          "vhost-device-input",
          "vhost-device-gpu");

  /**
   * Finds out who listens.
   *
   * @param path the socket, as it was bound
   * @return empty if nobody does, or it cannot be found out
   */
  public static Optional<SocketOwner> of(String path) {
    try {
      for (BoundSocket socket : BoundSocket.of(BoundSocket.OF_PROCESS, names(path))) {
        if (socket.listens()) {
          return socket.holder().map(holder -> new SocketOwner(holder.pid(), holder.program()));
        }
      }
      return Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** Those that it may have been bound to. */
  private static Set<String> names(String path) throws IOException {
    Path file = Path.of(path);
    return Set.copyOf(
        List.of(
            path,
            file.toAbsolutePath().normalize().toString(),
            Files.exists(file) ? file.toRealPath().toString() : path));
  }

  /**
   * Whether it is a backend that takes one connection and ends with it: one that is asked anything
   * is lost to its guest.
   *
   * @return whether its program is known for that
   */
  public boolean servesOnce() {
    return SERVE_ONCE.contains(program.replaceFirst(" \\(deleted\\)$", ""));
  }

  @Override
  public String toString() {
    return program + " (process " + pid + ")";
  }
}
