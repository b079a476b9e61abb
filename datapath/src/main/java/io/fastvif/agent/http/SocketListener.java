package io.fastvif.agent.http;

import io.fastvif.bindings.HeldException;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A socket file with a server behind it. A file {@code PATH.lock} beside it is locked for as long:
 * of two servers that start at the same time on what a killed one has left, one gets it.
 */
final class SocketListener implements AutoCloseable {
  /** Bytes of {@code sun_path}, without the zero at its end. */
  private static final int MAX_PATH = 107;

  // stat(2)
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET = 0140000;

  private static final int BACKLOG = 1024;
  private static final int LOCK_ATTEMPTS = 10;

  private final Path path;
  private final Path lockPath;
  private final FileChannel lock;
  private final ServerSocketChannel channel;
  private final Object key;

  private SocketListener(
      Path path, Path lockPath, FileChannel lock, ServerSocketChannel channel, Object key) {
    this.path = path;
    this.lockPath = lockPath;
    this.lock = lock;
    this.channel = channel;
    this.key = key;
  }

  /**
   * Makes the socket. What a killed server has left at the path is removed.
   *
   * @param mode of the file
   * @param group of the file; null for that of the process
   * @throws InvalidInputException if the path cannot be that of a socket, or there is something
   *     else, or no such group
   * @throws HeldException if a server is there
   */
  static SocketListener at(Path path, Set<PosixFilePermission> mode, String group)
      throws IOException {
    check(path);
    Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
    FileChannel lock = locked(lockPath, path);
    ServerSocketChannel channel = null;
    try {
      removeStale(path);
      channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      channel.bind(UnixDomainSocketAddress.of(path), BACKLOG);
      Object key = key(path);
      SocketListener socket = new SocketListener(path, lockPath, lock, channel, key);
      if (group != null) {
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setGroup(Peers.group("socket-group", group));
      }
      Files.setPosixFilePermissions(path, mode);
      return socket;
    } catch (IOException | RuntimeException failed) {
      if (channel != null) {
        boolean bound = channel.getLocalAddress() != null;
        channel.close();
        if (bound) {
          Files.deleteIfExists(path);
        }
      }
      release(lockPath, lock);
      throw failed;
    }
  }

  private static void check(Path path) {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw InvalidInputException.ofValue(
          "socket", path.toString(), "is too long for a socket", "at most 107 bytes");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw InvalidInputException.ofValue(
          "socket", path.toString(), "is in no folder", "a path in a folder that exists");
    }
  }

  /** The lock file, locked; the one that stands at the path when it is. */
  private static FileChannel locked(Path lockPath, Path path) throws IOException {
    for (int i = 0; i < LOCK_ATTEMPTS; i++) {
      FileChannel file =
          FileChannel.open(
              lockPath,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      Object opened = key(lockPath);
      try {
        if (file.tryLock() == null) {
          file.close();
          throw answering(path);
        }
      } catch (OverlappingFileLockException here) {
        file.close();
        throw answering(path);
      }
      if (opened != null && opened.equals(key(lockPath))) {
        return file;
      }
      file.close(); // a server that ended meanwhile has removed it
    }
    throw answering(path);
  }

  private static HeldException answering(Path path) {
    return new HeldException("another agent answers at " + path + ": end it first");
  }

  private static void removeStale(Path path) throws IOException {
    int mode;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException none) {
      return;
    }
    if ((mode & FILE_TYPE) != SOCKET) {
      throw InvalidInputException.ofValue(
          "socket", path.toString(), "is a file, and no socket", "a path where nothing is");
    }
    try (SocketChannel attempt = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      attempt.configureBlocking(false); // one that has no room for connections would keep us
      attempt.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException nobody) {
      Files.deleteIfExists(path);
      return;
    } catch (SocketException unknown) { // such as one that has no room for another connection
      throw new HeldException(
          "a socket at " + path + " cannot be tried, and is left alone: " + unknown.getMessage());
    }
    throw answering(path);
  }

  /** What tells a file from another one of its name; null if there is none. */
  private static Object key(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException none) {
      return null;
    }
  }

  ServerSocketChannel channel() {
    return channel;
  }

  /** Takes the socket away, unless somebody else's is there by now. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (key != null && key.equals(key(path))) {
      Files.deleteIfExists(path);
    }
    release(lockPath, lock);
  }

  private static void release(Path lockPath, FileChannel lock) throws IOException {
    Files.deleteIfExists(lockPath); // while it is still locked: whoever waits for it looks again
    lock.close();
  }
}
