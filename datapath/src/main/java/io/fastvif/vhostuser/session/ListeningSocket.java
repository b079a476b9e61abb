package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * A listening socket with its file. Nobody can connect before it listens, and it listens only when
 * owner and permissions are set. Two processes that make sockets in one folder do so one after the
 * other, by a lock on the folder: else one could take the other's socket, bound but not yet
 * listening, for a dead one.
 */
final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final int WORLD_WRITABLE = 0002;
  private static final int LOCK_ATTEMPTS = 200;
  private static final long LOCK_PAUSE_NANOS = 10_000_000;

  private final FileDescriptor socket;
  private final String path;
  private final FileId id;

  /** Which file it is, whatever its name. */
  private record FileId(long device, long inode) {}

  private ListeningSocket(FileDescriptor socket, String path, FileId id) {
    this.socket = socket;
    this.path = path;
    this.id = id;
  }

  /**
   * Makes the socket and listens.
   *
   * @throws SocketException if the path is too long, its folder is open to everybody, or there is
   *     something that must stay: no socket, or one that somebody answers on
   * @throws SystemCallException if the kernel refuses otherwise
   */
  static ListeningSocket open(SocketOptions options) {
    String path = options.path();
    UnixAddress.checkPath(path);
    int slash = path.lastIndexOf('/');
    String folder = slash < 0 ? "." : path.substring(0, Math.max(1, slash));
    try (FileDescriptor directory =
        FileDescriptor.check(
            FileIo.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), "open", folder)) {
      requireSafe(directory.value(), folder);
      lock(directory.value(), folder);
      removeIfDead(path);
      FileDescriptor socket = UnixAddress.socket();
      try {
        return listen(socket, options);
      } catch (RuntimeException | Error e) {
        socket.close();
        throw e;
      }
    }
  }

  private static void requireSafe(int directory, String folder) {
    int mode = mode(directory, folder);
    if ((mode & WORLD_WRITABLE) != 0 && (mode & S_ISVTX) == 0) {
      throw new SocketException(
          folder + " is writable for everybody and not sticky: anybody could replace the socket");
    }
  }

  /** Released when the folder's descriptor is closed. */
  private static void lock(int directory, String folder) {
    int result = FileIo.flock(directory, LOCK_EX | LOCK_NB);
    for (int i = 0; result == -Errno.EAGAIN && i < LOCK_ATTEMPTS; i++) {
      LockSupport.parkNanos(LOCK_PAUSE_NANOS);
      result = FileIo.flock(directory, LOCK_EX | LOCK_NB);
    }
    SystemCallException.check(result, "flock", folder, "LOCK_EX");
  }

  private static void removeIfDead(String path) {
    int file = FileIo.open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (file == -Errno.ENOENT) {
      return;
    }
    try (FileDescriptor existing = FileDescriptor.check(file, "open", path)) {
      if ((mode(existing.value(), path) & S_IFMT) != S_IFSOCK) {
        throw new SocketException(path + " is there, and it is no socket");
      }
    }
    try (FileDescriptor probe = UnixAddress.socket()) {
      int result = UnixAddress.connect(probe.value(), path);
      if (result != -Errno.ECONNREFUSED) {
        throw new SocketException(
            path
                + " is there, and not dead: connecting "
                + (result == 0 ? "succeeds" : "gives " + Errno.describe(-result)));
      }
    }
    SystemCallException.check(FileIo.unlink(path), "unlink", path);
  }

  private static ListeningSocket listen(FileDescriptor socket, SocketOptions options) {
    String path = options.path();
    // The file gets the socket's own permissions (unix_bind_bsd of net/unix/af_unix.c).
    SystemCallException.check(FileIo.fchmod(socket.value(), 0), "fchmod", path);
    SystemCallException.check(UnixAddress.bind(socket.value(), path), "bind", path);
    try {
      FileId id = protect(options);
      SystemCallException.check(Sockets.listen(socket.value(), BACKLOG), "listen", path);
      return new ListeningSocket(socket, path, id);
    } catch (RuntimeException | Error e) {
      FileIo.unlink(path);
      throw e;
    }
  }

  /** Sets owner and permissions of the very file, whatever the path may mean meanwhile. */
  private static FileId protect(SocketOptions options) {
    String path = options.path();
    try (FileDescriptor file =
        FileDescriptor.check(FileIo.open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0), "open", path)) {
      String same = "/proc/self/fd/" + file.value();
      if (options.owner() != SocketOptions.UNCHANGED
          || options.group() != SocketOptions.UNCHANGED) {
        SystemCallException.check(
            FileIo.chown(same, options.owner(), options.group()),
            "chown",
            path,
            options.owner(),
            options.group());
      }
      SystemCallException.check(
          FileIo.chmod(same, options.mode()), "chmod", path, Integer.toOctalString(options.mode()));
      return id(file.value(), path);
    }
  }

  private static int mode(int fd, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(stat.layout());
      SystemCallException.check(FileIo.fstat(fd, status), "fstat", path);
      return stat.st_mode(status);
    }
  }

  private static FileId id(int fd, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(stat.layout());
      SystemCallException.check(FileIo.fstat(fd, status), "fstat", path);
      return new FileId(stat.st_dev(status), stat.st_ino(status));
    }
  }

  int descriptor() {
    return socket.value();
  }

  /**
   * Takes a connection.
   *
   * @return the new descriptor, or the negated errno
   */
  int accept() {
    return Sockets.accept4(
        socket.value(), MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  }

  /** Removes the file, unless another has taken its place, and closes the socket. */
  @Override
  public void close() {
    if (!socket.isOpen()) {
      return;
    }
    int file = FileIo.open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (file >= 0) {
      try (FileDescriptor existing = FileDescriptor.of(file)) {
        if (id(existing.value(), path).equals(id)) {
          FileIo.unlink(path);
        }
      }
    }
    socket.close();
  }
}
