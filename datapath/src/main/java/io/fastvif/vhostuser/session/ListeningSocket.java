package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.trace.Log;
import java.lang.foreign.MemorySegment;

/**
 * A listening socket with its file. Nobody can connect before it listens, and it listens only when
 * owner and permissions are set. Two processes that make sockets in one folder do so one after the
 * other, by a lock on the folder: else one could take the other's socket, bound but not yet
 * listening, for a dead one.
 */
public final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final FileDescriptor socket;
  private final String path;
  private final SocketFile.Id id;

  private ListeningSocket(FileDescriptor socket, String path, SocketFile.Id id) {
    this.socket = socket;
    this.path = path;
    this.id = id;
  }

  /**
   * Makes the socket and listens.
   *
   * @throws SocketException if the path is too long, its folder is open to everybody, or there is
   *     something that must stay: no socket, or one that a process listens on
   * @throws SystemCallException if the kernel refuses otherwise
   */
  public static ListeningSocket open(ListenOptions options) {
    String path = options.path();
    UnixAddress.checkPath(path);
    try (FileDescriptor folder = SocketFile.openFolder(path)) {
      SocketFile.requireSafeFolder(
          SocketFile.status(folder, path).mode(), SocketFile.folderOf(path));
      SocketFile.lock(folder, path);
      SocketFile.removeIfDeadLocked(path);
      FileDescriptor socket = UnixAddress.socket();
      try {
        return listen(socket, options);
      } catch (RuntimeException | Error e) {
        socket.close();
        throw e;
      }
    }
  }

  private static ListeningSocket listen(FileDescriptor socket, ListenOptions options) {
    String path = options.path();
    // The file gets the socket's own permissions (unix_bind_bsd of net/unix/af_unix.c).
    SystemCallException.check(FileIo.fchmod(socket.value(), 0), "fchmod", path);
    SystemCallException.check(UnixAddress.bind(socket.value(), path), "bind", path);
    try {
      SocketFile.Id id = SocketFile.idOrNull(path);
      SocketFile.give(path, options.owner(), options.group(), options.mode());
      SystemCallException.check(Sockets.listen(socket.value(), BACKLOG), "listen", path);
      return new ListeningSocket(socket, path, id);
    } catch (RuntimeException | Error e) {
      FileIo.unlink(path);
      throw e;
    }
  }

  /** Its number. */
  public int descriptor() {
    return socket.value();
  }

  /**
   * Takes a connection.
   *
   * @return the new descriptor, or the negated errno
   */
  public int accept() {
    return Sockets.accept4(
        socket.value(), MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  }

  /** Writes what it takes to listen on it in another process. */
  public void save(HandOverWriter writer) {
    writer.text(path).flag(id != null);
    if (id != null) {
      writer.number(id.device()).number(id.inode());
    }
    writer.descriptor(socket.value());
  }

  /**
   * Takes one over that another process listens on; both get connections until one closes it.
   *
   * @throws HandOverException if it is none
   */
  public static ListeningSocket restore(HandOverReader reader) {
    String path = reader.text();
    SocketFile.Id id =
        reader.flag() ? new SocketFile.Id(reader.longNumber(), reader.longNumber()) : null;
    FileDescriptor socket = reader.takeDescriptor();
    if (socket == null) {
      throw new HandOverException("the socket " + path + " without its descriptor");
    }
    return new ListeningSocket(socket, path, id);
  }

  /** Closes it here and leaves its file: another process listens on it. */
  public void abandon() {
    if (socket.isOpen()) {
      socket.close();
    }
  }

  /** Removes the file, unless another has taken its place, and closes the socket. */
  @Override
  public void close() {
    if (!socket.isOpen()) {
      return;
    }
    boolean removed = false;
    try {
      remove();
      removed = true;
    } catch (SystemCallException noDescriptor) {
      // With the socket's own descriptor given back there is one to look with.
    }
    socket.close();
    if (!removed) {
      try {
        remove();
      } catch (SystemCallException refused) {
        Log.warning(
            ListeningSocket.class,
            "the socket " + path + " is left behind: " + refused.getMessage());
      }
    }
  }

  private void remove() {
    if (id != null && id.equals(SocketFile.idOrNull(path))) {
      SystemCallException.check(FileIo.unlink(path), "unlink", path);
    }
  }
}
