package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.arch_h.O_DIRECTORY;
import static io.fastvif.bindings.linux.arch_h.O_NOFOLLOW;
import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.FileStatus;
import io.fastvif.bindings.HeldException;
import io.fastvif.bindings.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * The file of a Unix socket, and the folder that it is in. A failure to find something out is never
 * taken for an answer: a socket counts as dead only if the kernel says so (ECONNREFUSED), not
 * because there was no descriptor left to ask with.
 */
public final class SocketFile {
  /** For owner and group: leave it. */
  public static final int UNCHANGED = -1;

  private static final int PERMISSIONS = 07777;
  private static final int WORLD_WRITABLE = 0002;
  private static final int LOCK_ATTEMPTS = 200;
  private static final long LOCK_PAUSE_NANOS = 10_000_000;

  private SocketFile() {}

  /** Which file it is, whatever its name. */
  record Id(long device, long inode) {}

  /** What fstat says of a file. */
  record Status(int mode, int owner, int group, Id id) {
    boolean isSocket() {
      return (mode & S_IFMT) == S_IFSOCK;
    }

    boolean isFolder() {
      return (mode & S_IFMT) == S_IFDIR;
    }
  }

  /**
   * Removes a socket on which no process listens any more. Waits for anybody who is creating a
   * socket in the folder by {@link VhostUserBackend} or {@link FrontendListener}.
   *
   * @param path where it is
   * @return false if nothing is there
   * @throws SocketException if it is no socket, or a process listens on it
   * @throws SystemCallException if that cannot be found out: EMFILE or EACCES, for example
   */
  public static boolean removeIfDead(String path) {
    UnixAddress.checkPath(path);
    FileDescriptor folder = openFolderOrNull(path);
    if (folder == null) {
      return false;
    }
    try (folder) {
      lock(folder, path);
      return removeIfDeadLocked(path);
    }
  }

  /** As {@link #removeIfDead}, with the folder's lock held. */
  static boolean removeIfDeadLocked(String path) {
    Status file = statusOrNull(path, O_NOFOLLOW);
    if (file == null) {
      return false;
    }
    if (!file.isSocket()) {
      throw new SocketException(FailureKind.EXISTS, path + " is there, and it is no socket");
    }
    try (FileDescriptor probe = UnixAddress.socket()) {
      int result = UnixAddress.connect(probe.value(), path);
      if (result == 0 || result == -Errno.EAGAIN) {
        throw new SocketException(
            FailureKind.BUSY, path + " is there, and a process answers on it");
      }
      if (result == -Errno.ENOENT) {
        return false;
      }
      if (result != -Errno.ECONNREFUSED) {
        throw new SystemCallException("connect", -result, path);
      }
    }
    int removed = FileIo.unlink(path);
    if (removed == -Errno.ENOENT) {
      return false;
    }
    SystemCallException.check(removed, "unlink", path);
    return true;
  }

  /**
   * Opens the folder that a path is in.
   *
   * @throws SystemCallException if there is none
   */
  static FileDescriptor openFolder(String path) {
    String folder = folderOf(path);
    return FileDescriptor.check(openFolderOf(folder), "open", folder);
  }

  private static FileDescriptor openFolderOrNull(String path) {
    String folder = folderOf(path);
    int result = openFolderOf(folder);
    return result == -Errno.ENOENT ? null : FileDescriptor.check(result, "open", folder);
  }

  private static int openFolderOf(String folder) {
    return FileIo.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  }

  static String folderOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "." : path.substring(0, Math.max(1, slash));
  }

  /**
   * Waits for the lock of the folder that a path is in; it is released when the folder is closed.
   */
  static void lock(FileDescriptor folder, String path) {
    int result = FileIo.flock(folder.value(), LOCK_EX | LOCK_NB);
    for (int i = 0; (result == -Errno.EAGAIN || result == -Errno.EINTR) && i < LOCK_ATTEMPTS; i++) {
      LockSupport.parkNanos(LOCK_PAUSE_NANOS);
      result = FileIo.flock(folder.value(), LOCK_EX | LOCK_NB);
    }
    SystemCallException.check(result, "flock", folderOf(path), "LOCK_EX");
  }

  /**
   * Asks for the lock for which {@link #removeIfDead} and who makes a socket wait up to 2 s.
   *
   * @param path in the folder; one that is not there is not locked
   * @throws HeldException if somebody has it now
   */
  public static void checkUnlocked(String path) throws HeldException {
    try (FileDescriptor folder = openFolderOrNull(path)) {
      if (folder == null) {
        return;
      }
      int result = FileIo.flock(folder.value(), LOCK_EX | LOCK_NB);
      if (result == -Errno.EAGAIN) {
        throw new HeldException("another process has locked the folder " + folderOf(path));
      }
      SystemCallException.check(result, "flock", folderOf(path), "LOCK_EX");
    }
  }

  /**
   * Refuses a folder in which anybody could replace a socket.
   *
   * @param mode its mode bits
   * @throws SocketException if everybody may write to it and it is not sticky
   */
  public static void requireSafeFolder(int mode, String folder) {
    if ((mode & WORLD_WRITABLE) != 0 && (mode & S_ISVTX) == 0) {
      throw new SocketException(
          FailureKind.OTHER,
          folder + " is writable for everybody and not sticky: anybody could replace the socket");
    }
  }

  /**
   * Creates a folder and its parents, if it does not exist.
   *
   * @param owner its owner's user id, or {@link #UNCHANGED}
   * @param group its group's id, or {@link #UNCHANGED}
   * @param mode its permissions
   * @return false if it is there, with whatever owner and permissions
   * @throws SocketException if it is there and no folder, or one where anybody could replace
   *     sockets
   * @throws SystemCallException if it cannot be made; nothing is left of it then
   */
  public static boolean makeFolder(String folder, int owner, int group, int mode) {
    Status there = statusOrNull(folder, 0);
    if (there != null) {
      if (!there.isFolder()) {
        throw new SocketException(FailureKind.EXISTS, folder + " is there, and it is no folder");
      }
      requireSafeFolder(there.mode(), folder);
      return false;
    }
    String parent = folderOf(folder);
    if (parent.length() > 1 && statusOrNull(parent, 0) == null) {
      makeParents(parent);
    }
    SystemCallException.check(FileIo.mkdir(folder, 0700), "mkdir", folder);
    try {
      give(folder, owner, group, mode);
    } catch (RuntimeException | Error e) {
      FileIo.rmdir(folder);
      throw e;
    }
    return true;
  }

  private static void makeParents(String folder) {
    for (int slash = folder.indexOf('/', 1); slash >= 0; slash = folder.indexOf('/', slash + 1)) {
      makeParent(folder.substring(0, slash));
    }
    makeParent(folder);
  }

  private static void makeParent(String folder) {
    int result = FileIo.mkdir(folder, 0755);
    if (result != -Errno.EEXIST) {
      SystemCallException.check(result, "mkdir", folder);
    }
  }

  /**
   * Removes a folder if it is empty.
   *
   * @return false if it is not there, or not empty
   * @throws SystemCallException if it cannot be removed for another reason
   */
  public static boolean removeFolder(String folder) {
    int result = FileIo.rmdir(folder);
    if (result == -Errno.ENOENT || result == -Errno.ENOTEMPTY || result == -Errno.EEXIST) {
      return false;
    }
    SystemCallException.check(result, "rmdir", folder);
    return true;
  }

  /**
   * Sets a file's owner and permissions, through a descriptor: a path that is replaced meanwhile
   * does no harm.
   *
   * @param owner its owner's user id, or {@link #UNCHANGED}
   * @param group its group's id, or {@link #UNCHANGED}
   * @param mode its permissions
   * @return false if it has them already
   * @throws SystemCallException if it is not there, or the kernel refuses
   */
  public static boolean give(String path, int owner, int group, int mode) {
    try (FileDescriptor file = open(path, O_NOFOLLOW)) {
      Status has = status(file, path);
      String same = "/proc/self/fd/" + file.value();
      boolean changed = false;
      if ((owner != UNCHANGED && owner != has.owner())
          || (group != UNCHANGED && group != has.group())) {
        SystemCallException.check(FileIo.chown(same, owner, group), "chown", path, owner, group);
        changed = true;
      }
      if (mode != (has.mode() & PERMISSIONS)) {
        SystemCallException.check(
            FileIo.chmod(same, mode), "chmod", path, Integer.toOctalString(mode));
        changed = true;
      }
      return changed;
    }
  }

  /** What is at a path, or null if nothing is. */
  private static Status statusOrNull(String path, int flags) {
    int result = FileIo.open(path, O_PATH | O_CLOEXEC | flags, 0);
    if (result == -Errno.ENOENT || result == -Errno.ENOTDIR) {
      return null;
    }
    try (FileDescriptor file = FileDescriptor.check(result, "open", path)) {
      return status(file, path);
    }
  }

  /**
   * Which file is at a path.
   *
   * @return null if there is none
   */
  static Id idOrNull(String path) {
    Status file = statusOrNull(path, O_NOFOLLOW);
    return file == null ? null : file.id();
  }

  private static FileDescriptor open(String path, int flags) {
    return FileDescriptor.check(FileIo.open(path, O_PATH | O_CLOEXEC | flags, 0), "open", path);
  }

  static Status status(FileDescriptor file, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileStatus.layout());
      SystemCallException.check(FileIo.fstat(file.value(), status), "fstat", path);
      return new Status(
          FileStatus.mode(status),
          FileStatus.owner(status),
          FileStatus.group(status),
          new Id(FileStatus.device(status), FileStatus.inode(status)));
    }
  }
}
