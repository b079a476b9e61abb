package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.linux.linux_h;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * System calls on files, devices and sysfs. Each returns the call's result, or the negated errno.
 * Those that take a path allocate; the others do not.
 */
public final class FileIo {

  /** A page: what sysfs returns at most. */
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
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Open.HANDLE.invokeExact(state, arena.allocateFrom(path), flags, mode), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Open {
    static final MethodHandle HANDLE =
        NativeCall.linkVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  }

  /**
   * Closes a descriptor: close(2). The descriptor is gone whatever the result, so a failure must
   * not be tried again.
   *
   * @return 0, or the negated errno
   */
  public static int close(int fd) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Close.HANDLE.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Close {
    static final MethodHandle HANDLE = NativeCall.link("close", JAVA_INT, JAVA_INT);
  }

  /**
   * Reads: read(2). May block.
   *
   * @return the bytes read, 0 at the end, or the negated errno
   */
  public static long read(int fd, MemorySegment buffer, long length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((long) Read.HANDLE.invokeExact(state, fd, buffer, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Read {
    static final MethodHandle HANDLE =
        NativeCall.link("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  }

  /**
   * Writes: write(2). May block.
   *
   * @return the bytes written, or the negated errno
   */
  public static long write(int fd, MemorySegment buffer, long length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((long) Write.HANDLE.invokeExact(state, fd, buffer, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Write {
    static final MethodHandle HANDLE =
        NativeCall.link("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  }

  /**
   * Reads at an offset and leaves the file's position alone: pread(2). May block.
   *
   * @return the bytes read, 0 at the end, or the negated errno
   */
  public static long pread(int fd, MemorySegment buffer, long length, long offset) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (long) Pread.HANDLE.invokeExact(state, fd, buffer, length, offset), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Pread {
    static final MethodHandle HANDLE =
        NativeCall.link("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  }

  /**
   * Writes at an offset and leaves the file's position alone: pwrite(2). May block.
   *
   * @return the bytes written, or the negated errno
   */
  public static long pwrite(int fd, MemorySegment buffer, long length, long offset) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (long) Pwrite.HANDLE.invokeExact(state, fd, buffer, length, offset), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Pwrite {
    static final MethodHandle HANDLE =
        NativeCall.link("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  }

  /**
   * Controls a device by a structure: ioctl(2).
   *
   * @param request a request number, {@code TUNSETIFF} for example; only its low 32 bits count
   * @param argument the structure of that request
   * @return the request's result, mostly 0, or the negated errno
   */
  public static int ioctl(int fd, long request, MemorySegment argument) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Ioctl.HANDLE.invokeExact(state, fd, request, argument), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Ioctl {
    static final MethodHandle HANDLE =
        NativeCall.linkVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  }

  /**
   * Controls a device by a number: ioctl(2).
   *
   * @param request a request number, {@code TUNSETPERSIST} for example; only its low 32 bits count
   * @return the request's result, mostly 0, or the negated errno
   */
  public static int ioctl(int fd, long request, long argument) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) IoctlLong.HANDLE.invokeExact(state, fd, request, argument), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class IoctlLong {
    static final MethodHandle HANDLE =
        NativeCall.linkVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  /**
   * Controls a descriptor: fcntl(2), {@code F_SETFL} or {@code F_ADD_SEALS} for example.
   *
   * @return the command's result, or the negated errno
   */
  public static int fcntl(int fd, int command, long argument) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Fcntl.HANDLE.invokeExact(state, fd, command, argument), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Fcntl {
    static final MethodHandle HANDLE =
        NativeCall.linkVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  }

  /**
   * Reads a file's status: fstat(2).
   *
   * @param status takes a {@code stat}
   * @return 0, or the negated errno
   */
  public static int fstat(int fd, MemorySegment status) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Fstat.HANDLE.invokeExact(state, fd, status), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Fstat {
    static final MethodHandle HANDLE = NativeCall.link("fstat", JAVA_INT, JAVA_INT, ADDRESS);
  }

  /**
   * Sets a file's length: ftruncate(2).
   *
   * @return 0, or the negated errno
   */
  public static int ftruncate(int fd, long length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Ftruncate.HANDLE.invokeExact(state, fd, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Ftruncate {
    static final MethodHandle HANDLE = NativeCall.link("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  }

  /**
   * Removes a file or a socket: unlink(2).
   *
   * @return 0, or the negated errno
   */
  public static int unlink(String path) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Unlink.HANDLE.invokeExact(state, arena.allocateFrom(path)), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Unlink {
    static final MethodHandle HANDLE = NativeCall.link("unlink", JAVA_INT, ADDRESS);
  }

  /**
   * Makes a directory: mkdir(2).
   *
   * @return 0, or the negated errno
   */
  public static int mkdir(String path, int mode) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Mkdir.HANDLE.invokeExact(state, arena.allocateFrom(path), mode), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Mkdir {
    static final MethodHandle HANDLE = NativeCall.link("mkdir", JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Removes an empty directory: rmdir(2).
   *
   * @return 0, or the negated errno
   */
  public static int rmdir(String path) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Rmdir.HANDLE.invokeExact(state, arena.allocateFrom(path)), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Rmdir {
    static final MethodHandle HANDLE = NativeCall.link("rmdir", JAVA_INT, ADDRESS);
  }

  /**
   * Sets a file's permissions: chmod(2).
   *
   * @return 0, or the negated errno
   */
  public static int chmod(String path, int mode) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Chmod.HANDLE.invokeExact(state, arena.allocateFrom(path), mode), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Chmod {
    static final MethodHandle HANDLE = NativeCall.link("chmod", JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Sets an open file's permissions: fchmod(2).
   *
   * @return 0, or the negated errno
   */
  public static int fchmod(int fd, int mode) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Fchmod.HANDLE.invokeExact(state, fd, mode), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Fchmod {
    static final MethodHandle HANDLE = NativeCall.link("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Sets a file's owner: chown(2).
   *
   * @param owner a user id, or -1 to leave it
   * @param group a group id, or -1 to leave it
   * @return 0, or the negated errno
   */
  public static int chown(String path, int owner, int group) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Chown.HANDLE.invokeExact(state, arena.allocateFrom(path), owner, group), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Chown {
    static final MethodHandle HANDLE =
        NativeCall.link("chown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  }

  /**
   * Sets an open file's owner: fchown(2).
   *
   * @param owner a user id, or -1 to leave it
   * @param group a group id, or -1 to leave it
   * @return 0, or the negated errno
   */
  public static int fchown(int fd, int owner, int group) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Fchown.HANDLE.invokeExact(state, fd, owner, group), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Fchown {
    static final MethodHandle HANDLE =
        NativeCall.link("fchown", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Locks or unlocks a file: flock(2). May block, unless {@code LOCK_NB} is given.
   *
   * @param operation {@code LOCK_SH}, {@code LOCK_EX} or {@code LOCK_UN}
   * @return 0, or the negated errno
   */
  public static int flock(int fd, int operation) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Flock.HANDLE.invokeExact(state, fd, operation), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Flock {
    static final MethodHandle HANDLE = NativeCall.link("flock", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Reads a symbolic link: readlink(2). The text has no terminating zero byte.
   *
   * @return the bytes read, which is {@code length} where the text was cut short, or the negated
   *     errno
   */
  public static long readlink(String path, MemorySegment buffer, long length) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (long) Readlink.HANDLE.invokeExact(state, arena.allocateFrom(path), buffer, length),
          state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Readlink {
    static final MethodHandle HANDLE =
        NativeCall.link("readlink", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
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
    try (FileDescriptor file = openChecked(path, linux_h.O_WRONLY);
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
