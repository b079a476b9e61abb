package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * System calls on files, devices and sysfs. Each returns the call's result, or the negated errno.
 * Those that take a path allocate; the others do not.
 */
public final class FileIo {

  /** What is read at a time: of sysfs, all of a file where a page is no larger. */
  private static final int READ_ROOM = 4096;

  private FileIo() {}

  /**
   * Opens a file: open(2). May block on a FIFO.
   *
   * @param flags {@code O_} constants; give {@code O_CLOEXEC}, or child processes inherit the
   *     descriptor
   * @param mode the permissions of a file that {@code O_CREAT} or {@code O_TMPFILE} makes,
   *     otherwise 0
   * @return the descriptor, or the negated errno
   */
  public static int open(String path, int flags, int mode) {
    return (int) NativeCall.atPath(arch_h.__NR_openat, path, flags, mode, 0);
  }

  /**
   * Opens a file, like {@link #open(String, int, int)}, without allocating.
   *
   * @param path ends in a zero byte
   */
  public static int open(MemorySegment path, int flags, int mode) {
    return openAt(linux_h.AT_FDCWD, path, flags, mode);
  }

  /**
   * Opens a file by its path from a folder: openat(2), without allocating.
   *
   * @param folder the folder's descriptor, which {@code O_PATH} suffices for
   * @param path ends in a zero byte
   * @param flags as in {@link #open(String, int, int)}
   * @param mode as there
   * @return the descriptor, or the negated errno
   */
  public static int openAt(int folder, MemorySegment path, int flags, int mode) {
    return (int)
        NativeCall.pointerSecond(
            arch_h.__NR_openat, folder, path, flags, mode, MemorySegment.NULL, 0);
  }

  /**
   * Closes a descriptor: close(2). The descriptor is gone whatever the result, so a failure must
   * not be tried again.
   *
   * @return 0, or the negated errno
   */
  public static int close(int fd) {
    return (int) NativeCall.call(arch_h.__NR_close, fd, 0, 0);
  }

  /**
   * Reads: read(2). May block.
   *
   * @return the bytes read, 0 at the end, or the negated errno
   */
  public static long read(int fd, MemorySegment buffer, long length) {
    return NativeCall.pointerSecond(arch_h.__NR_read, fd, buffer, length);
  }

  /**
   * Writes: write(2). May block.
   *
   * @return the bytes written, or the negated errno
   */
  public static long write(int fd, MemorySegment buffer, long length) {
    return NativeCall.pointerSecond(arch_h.__NR_write, fd, buffer, length);
  }

  /**
   * Reads into several places: readv(2). May block. The kernel checks the places, so a wrong one is
   * EFAULT.
   *
   * @param vector an array of {@code iovec}
   * @param count how many, at most 1,024
   * @return the bytes read, 0 at the end, or the negated errno
   */
  public static long readv(int fd, MemorySegment vector, int count) {
    return NativeCall.pointerSecond(arch_h.__NR_readv, fd, vector, count);
  }

  /**
   * Writes from several places: writev(2). May block. The kernel checks the places, so a wrong one
   * is EFAULT.
   *
   * @param vector an array of {@code iovec}
   * @param count how many, at most 1,024
   * @return the bytes written, or the negated errno
   */
  public static long writev(int fd, MemorySegment vector, int count) {
    return NativeCall.pointerSecond(arch_h.__NR_writev, fd, vector, count);
  }

  /**
   * Reads at an offset and leaves the file's position alone: pread(2). May block.
   *
   * @return the bytes read, 0 at the end, or the negated errno
   */
  public static long pread(int fd, MemorySegment buffer, long length, long offset) {
    return NativeCall.pointerSecond(
        arch_h.__NR_pread64, fd, buffer, length, offset, MemorySegment.NULL, 0);
  }

  /**
   * Controls a device by a structure: ioctl(2).
   *
   * @param request a request number, {@code TUNSETIFF} for example; only its low 32 bits count
   * @param argument the structure of that request
   * @return the request's result, mostly 0, or the negated errno
   */
  public static int ioctl(int fd, long request, MemorySegment argument) {
    return (int) NativeCall.pointerThird(arch_h.__NR_ioctl, fd, request, argument);
  }

  /**
   * Controls a device by a number: ioctl(2).
   *
   * @param request a request number, {@code TUNSETPERSIST} for example; only its low 32 bits count
   * @return the request's result, mostly 0, or the negated errno
   */
  public static int ioctl(int fd, long request, long argument) {
    return (int) NativeCall.call(arch_h.__NR_ioctl, fd, request, argument);
  }

  /**
   * Controls a descriptor: fcntl(2), {@code F_SETFL} or {@code F_ADD_SEALS} for example.
   *
   * @return the command's result, or the negated errno
   */
  public static int fcntl(int fd, int command, long argument) {
    return (int) NativeCall.call(arch_h.__NR_fcntl, fd, command, argument);
  }

  /**
   * Reads a file's status: fstat(2).
   *
   * @param status takes a {@code stat}, which {@link FileStatus} reads
   * @return 0, or the negated errno
   */
  public static int fstat(int fd, MemorySegment status) {
    return (int) NativeCall.pointerSecond(arch_h.__NR_fstat, fd, status, 0);
  }

  /**
   * Whether a descriptor is one end of a pipe or a socket: something that fills up if it is written
   * and not read.
   *
   * @return false also if the kernel does not say
   */
  public static boolean isPipeOrSocket(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileStatus.layout());
      if (fstat(fd, status) != 0) {
        return false;
      }
      int type = FileStatus.mode(status) & linux_h.S_IFMT;
      return type == linux_h.S_IFIFO || type == linux_h.S_IFSOCK;
    }
  }

  /**
   * Sets a file's length: ftruncate(2).
   *
   * @return 0, or the negated errno
   */
  public static int ftruncate(int fd, long length) {
    return (int) NativeCall.call(arch_h.__NR_ftruncate, fd, length, 0);
  }

  /**
   * Removes a file or a socket: unlink(2).
   *
   * @return 0, or the negated errno
   */
  public static int unlink(String path) {
    return (int) NativeCall.atPath(arch_h.__NR_unlinkat, path, 0, 0, 0);
  }

  /**
   * Makes a directory: mkdir(2).
   *
   * @return 0, or the negated errno
   */
  public static int mkdir(String path, int mode) {
    return (int) NativeCall.atPath(arch_h.__NR_mkdirat, path, mode, 0, 0);
  }

  /**
   * Removes an empty directory: rmdir(2).
   *
   * @return 0, or the negated errno
   */
  public static int rmdir(String path) {
    return (int) NativeCall.atPath(arch_h.__NR_unlinkat, path, linux_h.AT_REMOVEDIR, 0, 0);
  }

  /**
   * Makes the file of a character device: mknod(2). Equivalent to {@code mknod -m MODE PATH c MAJOR
   * MINOR}, but for the umask, which takes its bits away.
   *
   * @param mode its permissions
   * @param major the device's major number, below 4096
   * @param minor its minor number, below 2^20
   * @return 0, or the negated errno
   */
  public static int makeCharacterDevice(String path, int mode, int major, int minor) {
    // new_encode_dev of linux/kdev_t.h
    long device = (minor & 0xff) | ((long) major << 8) | ((minor & ~0xffL) << 12);
    return (int) NativeCall.atPath(arch_h.__NR_mknodat, path, linux_h.S_IFCHR | mode, device, 0);
  }

  /**
   * Sets a file's permissions: chmod(2).
   *
   * @return 0, or the negated errno
   */
  public static int chmod(String path, int mode) {
    return (int) NativeCall.atPath(arch_h.__NR_fchmodat, path, mode, 0, 0);
  }

  /**
   * Sets an open file's permissions: fchmod(2).
   *
   * @return 0, or the negated errno
   */
  public static int fchmod(int fd, int mode) {
    return (int) NativeCall.call(arch_h.__NR_fchmod, fd, mode, 0);
  }

  /**
   * Sets a file's owner: chown(2).
   *
   * @param owner a user id, or -1 to leave it
   * @param group a group id, or -1 to leave it
   * @return 0, or the negated errno
   */
  public static int chown(String path, int owner, int group) {
    return (int) NativeCall.atPath(arch_h.__NR_fchownat, path, owner, group, 0);
  }

  /**
   * Locks or unlocks a file: flock(2). May block, unless {@code LOCK_NB} is given.
   *
   * @param operation {@code LOCK_SH}, {@code LOCK_EX} or {@code LOCK_UN}
   * @return 0, or the negated errno
   */
  public static int flock(int fd, int operation) {
    return (int) NativeCall.call(arch_h.__NR_flock, fd, operation, 0);
  }

  /**
   * Reads a symbolic link: readlink(2). The text has no terminating zero byte.
   *
   * @return the bytes read, which is {@code length} where the text was cut short, or the negated
   *     errno
   */
  public static long readlink(String path, MemorySegment buffer, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      return NativeCall.pointersSecondThird(
          arch_h.__NR_readlinkat, linux_h.AT_FDCWD, name, buffer, length);
    }
  }

  /**
   * Reads a whole file of procfs or sysfs as text, without the newline at its end.
   *
   * @throws SystemCallException if it cannot be opened or read
   */
  public static String readText(String path) {
    try (FileDescriptor file = openChecked(path, linux_h.O_RDONLY);
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(READ_ROOM);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      while (true) {
        long n = SystemCallException.check(read(file.value(), buffer, READ_ROOM), "read", path);
        if (n == 0) {
          break;
        }
        bytes.writeBytes(buffer.asSlice(0, n).toArray(JAVA_BYTE));
      }
      String text = bytes.toString(StandardCharsets.UTF_8);
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
  }

  /**
   * Writes text to an existing file of procfs or sysfs in one write, as these file systems demand.
   *
   * @throws SystemCallException if it cannot be opened or written; its errno is the answer of the
   *     driver behind the file
   */
  public static void writeText(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (FileDescriptor file = openChecked(path, linux_h.O_WRONLY | linux_h.O_TRUNC);
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, bytes);
      long written =
          SystemCallException.check(write(file.value(), buffer, bytes.length), "write", path, text);
      if (written != bytes.length) {
        throw new SystemCallException("write", Errno.EIO, path, text);
      }
    }
  }

  private static FileDescriptor openChecked(String path, int flags) {
    return FileDescriptor.check(open(path, flags | linux_h.O_CLOEXEC, 0), "open", path);
  }
}
