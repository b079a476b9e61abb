package io.fastvif.netns;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.SystemCallException;

/**
 * The names of {@code ip netns}: files in {@code /run/netns} that a namespace is mounted on.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-netns.8.html">ip-netns(8)</a>
 */
final class NamedNetns {
  private static final String DIRECTORY = "/run/netns";
  private static final int DIRECTORY_MODE = 0755;
  private static final int MAX_NAME_LENGTH = 255;

  private NamedNetns() {}

  static String path(String name) {
    if (name.isEmpty()
        || name.length() > MAX_NAME_LENGTH
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not a namespace's name: \"" + name + "\"");
    }
    return DIRECTORY + "/" + name;
  }

  static void create(String name) {
    String path = path(name);
    shareDirectory();
    FileDescriptor.check(
            FileIo.open(path, O_RDONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0), "open", path)
        .close();
    try {
      NetnsThread.run(
          () -> {
            Netns.unshare();
            Netns.requirePermission(
                Namespaces.mount("/proc/thread-self/ns/net", path, "none", MS_BIND, null),
                "mount",
                path);
            return null;
          });
    } catch (RuntimeException | Error e) {
      FileIo.unlink(path);
      throw e;
    }
  }

  static void delete(String name) {
    String path = path(name);
    int unmounted = Namespaces.umount2(path, MNT_DETACH);
    // EINVAL: nothing is mounted there, as after a creation that was broken off.
    if (unmounted != -Errno.EINVAL) {
      Netns.requirePermission(unmounted, "umount2", path);
    }
    SystemCallException.check(FileIo.unlink(path), "unlink", path);
  }

  /**
   * Makes the directory a shared mount, as {@code ip netns} does, so that a name made or deleted in
   * one mount namespace is so in all, and none keeps a namespace alive that another deleted.
   */
  private static void shareDirectory() {
    int made = FileIo.mkdir(DIRECTORY, DIRECTORY_MODE);
    if (made != -Errno.EEXIST) {
      SystemCallException.check(made, "mkdir", DIRECTORY);
    }
    int shared = Namespaces.mount("", DIRECTORY, "none", MS_SHARED | MS_REC, null);
    if (shared == -Errno.EINVAL) {
      Netns.requirePermission(
          Namespaces.mount(DIRECTORY, DIRECTORY, "none", MS_BIND | MS_REC, null),
          "mount",
          DIRECTORY);
      shared = Namespaces.mount("", DIRECTORY, "none", MS_SHARED | MS_REC, null);
    }
    Netns.requirePermission(shared, "mount", DIRECTORY);
  }
}
