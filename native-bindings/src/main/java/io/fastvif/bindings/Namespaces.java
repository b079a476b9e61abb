package io.fastvif.bindings;

import io.fastvif.bindings.linux.arch_h;
import java.lang.foreign.Arena;

/**
 * System calls on namespaces and mounts, and the ids of the calling thread. Each returns the call's
 * result, or the negated errno.
 *
 * <p>A namespace belongs to a kernel thread: {@link #setns} and {@link #unshare} change only the
 * calling platform thread, and must not be called from a virtual one.
 */
public final class Namespaces {

  /** By hand: asm/unistd_64.h. */
  static final int NR_FSOPEN = 430;

  static final int NR_FSCONFIG = 431;
  static final int NR_FSMOUNT = 432;

  /** By hand: linux/mount.h. */
  static final int FSOPEN_CLOEXEC = 1;

  static final int FSCONFIG_CMD_CREATE = 6;
  static final int FSMOUNT_CLOEXEC = 1;

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
    return (int) NativeCall.call(arch_h.__NR_setns, fd, type, 0);
  }

  /**
   * Gives the calling thread namespaces of its own: unshare(2).
   *
   * @param flags {@code CLONE_NEWNET}, {@code CLONE_NEWNS} and others
   * @return 0, or the negated errno
   */
  public static int unshare(int flags) {
    return (int) NativeCall.call(arch_h.__NR_unshare, flags, 0, 0);
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
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          NativeCall.call(
              arch_h.__NR_mount,
              NativeCall.string(arena, source).address(),
              NativeCall.string(arena, target).address(),
              NativeCall.string(arena, type).address(),
              flags,
              NativeCall.string(arena, data).address(),
              0);
    }
  }

  /**
   * Mounts a file system at no place: fsopen(2), fsconfig(2) and fsmount(2), since Linux 5.2. It is
   * reached through the descriptor alone, as {@code /proc/self/fd/NUMBER}, and ends with it. A
   * sysfs that is mounted so shows the network namespace of the calling thread.
   *
   * @param type the file system's type
   * @return the descriptor of its root, or the negated errno
   */
  public static int mountDetached(String type) {
    int context = (int) NativeCall.withPath(NR_FSOPEN, type, FSOPEN_CLOEXEC, 0);
    if (context < 0) {
      return context;
    }
    try {
      int created = (int) NativeCall.call(NR_FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0);
      return created < 0 ? created : (int) NativeCall.call(NR_FSMOUNT, context, FSMOUNT_CLOEXEC, 0);
    } finally {
      FileIo.close(context);
    }
  }

  /**
   * Unmounts: umount2(2).
   *
   * @param flags {@code MNT_DETACH} or 0
   * @return 0, or the negated errno
   */
  public static int umount2(String target, int flags) {
    return (int) NativeCall.withPath(arch_h.__NR_umount2, target, flags, 0);
  }

  /**
   * Returns the kernel's id of the calling thread: gettid(2). Its files are under {@code
   * /proc/thread-self}.
   */
  public static int gettid() {
    return (int) NativeCall.call(arch_h.__NR_gettid, 0, 0, 0);
  }

  /** Returns the effective user id, 0 for root: geteuid(2). */
  public static int geteuid() {
    return (int) NativeCall.call(arch_h.__NR_geteuid, 0, 0, 0);
  }
}
