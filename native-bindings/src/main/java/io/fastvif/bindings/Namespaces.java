package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on namespaces and mounts, and the ids of the calling thread. Each returns the call's
 * result, or the negated errno.
 *
 * <p>A namespace belongs to a kernel thread: {@link #setns} and {@link #unshare} change only the
 * calling platform thread, and must not be called from a virtual one.
 */
public final class Namespaces {

  private Namespaces() {}

  /**
   * Moves the calling thread into a namespace: setns(2). Equivalent to what {@code ip netns exec
   * NAME} does before it starts the program.
   *
   * @param fd a descriptor of the namespace's file
   * @param type the {@code CLONE_NEW} constant the file must be of, or 0 for any
   * @return 0, or the negated errno
   */
  public static int setns(int fd, int type) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Setns.HANDLE.invokeExact(state, fd, type), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Setns {
    static final MethodHandle HANDLE = NativeCall.link("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Gives the calling thread namespaces of its own: unshare(2).
   *
   * @param flags {@code CLONE_NEWNET}, {@code CLONE_NEWNS} and others
   * @return 0, or the negated errno
   */
  public static int unshare(int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Unshare.HANDLE.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Unshare {
    static final MethodHandle HANDLE = NativeCall.link("unshare", JAVA_INT, JAVA_INT);
  }

  /**
   * Mounts a file system, or changes a mount: mount(2).
   *
   * @param source what to mount; null for none
   * @param target the mount point
   * @param type the file system's type; null for none
   * @param flags {@code MS_} constants
   * @param data options of the file system; null for none
   * @return 0, or the negated errno
   */
  public static int mount(String source, String target, String type, long flags, String data) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int)
              Mount.HANDLE.invokeExact(
                  state,
                  NativeCall.string(arena, source),
                  NativeCall.string(arena, target),
                  NativeCall.string(arena, type),
                  flags,
                  NativeCall.string(arena, data)),
          state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Mount {
    static final MethodHandle HANDLE =
        NativeCall.link("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  }

  /**
   * Unmounts: umount2(2).
   *
   * @param flags {@code MNT_DETACH} or 0
   * @return 0, or the negated errno
   */
  public static int umount2(String target, int flags) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) Umount2.HANDLE.invokeExact(state, arena.allocateFrom(target), flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Umount2 {
    static final MethodHandle HANDLE = NativeCall.link("umount2", JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Returns the kernel's id of the calling thread: gettid(2). Its files are under {@code
   * /proc/thread-self}.
   */
  public static int gettid() {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Gettid.HANDLE.invokeExact(state), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Gettid {
    static final MethodHandle HANDLE = NativeCall.link("gettid", JAVA_INT);
  }

  /** Returns the effective user id, 0 for root: geteuid(2). */
  public static int geteuid() {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Geteuid.HANDLE.invokeExact(state), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Geteuid {
    static final MethodHandle HANDLE = NativeCall.link("geteuid", JAVA_INT);
  }
}
