package io.fastvif.vhostuser.session;

import io.fastvif.files.FileHolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
  private static final Path UNIX_SOCKETS = Path.of("/proc/net/unix");

  /** In the fourth column: the socket listens (__SO_ACCEPTCON). */
  private static final String LISTENS = "00010000";

  /** Num RefCount Protocol Flags Type St Inode Path. */
  private static final int COLUMNS = 8;

  private static final int FLAGS = 3;
  private static final int INODE = 6;

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
      String inode = listening(path);
      return inode == null
          ? Optional.empty()
          : FileHolder.of(Set.of("socket:[" + inode + "]"))
              .map(holder -> new SocketOwner(holder.pid(), holder.program()));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static String listening(String path) throws IOException {
    Path file = Path.of(path);
    Set<String> names =
        Set.copyOf(
            List.of(
                path,
                file.toAbsolutePath().normalize().toString(),
                Files.exists(file) ? file.toRealPath().toString() : path));
    for (String line : Files.readAllLines(UNIX_SOCKETS, StandardCharsets.ISO_8859_1)) {
      String[] columns = line.strip().split(" +", COLUMNS);
      if (columns.length == COLUMNS
          && columns[FLAGS].equals(LISTENS)
          && names.contains(
              new String(
                  columns[COLUMNS - 1].getBytes(StandardCharsets.ISO_8859_1),
                  StandardCharsets.UTF_8))) {
        return columns[INODE];
      }
    }
    return null;
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
