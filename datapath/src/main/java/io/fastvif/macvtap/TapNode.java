package io.fastvif.macvtap;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The device file of a macvtap in the network namespace of the calling thread.
 *
 * @param path the file, {@code tapN}
 * @param major the device's major number
 * @param minor its minor number
 */
public record TapNode(Path path, int major, int minor) {
  private static final int PRIVATE = 0600;
  private static final int PERMISSIONS = 07777;

  private static final int TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;

  /** What is at the path. */
  private enum Found {
    NOTHING,
    THE_DEVICE,
    A_STALE_FILE,
    SOMETHING_ELSE
  }

  /**
   * Finds out which file a macvtap has, whether it is there or not.
   *
   * @param name the link's name
   * @param folder where device files are, normally {@code /dev}
   * @throws IOException if there is no such macvtap in this namespace
   */
  public static TapNode of(String name, Path folder) throws IOException {
    try (NamespaceSysfs sysfs = NamespaceSysfs.open()) {
      return of(name, folder, sysfs.root());
    }
  }

  static TapNode of(String name, Path folder, Path sysfs) throws IOException {
    Path link = HostPath.resolve(sysfs.resolve("class/net"), name);
    try {
      String file = "tap" + Files.readString(link.resolve("ifindex")).strip();
      String[] number = Files.readString(link.resolve(file).resolve("dev")).strip().split(":", 2);
      return new TapNode(
          folder.resolve(file), Integer.parseInt(number[0]), Integer.parseInt(number[1]));
    } catch (NoSuchFileException absent) {
      throw new FastvifIOException(
          "there is no macvtap " + name + ": no " + absent.getFile(), absent);
    }
  }

  /**
   * Makes the file unless it is there, and gives it an owner and permissions. Equivalent to {@code
   * mknod -m MODE tapN c MAJOR MINOR; chown OWNER:GROUP tapN}.
   *
   * @param owner a user id, -1 to leave it as it is
   * @param group a group id, -1 to leave it as it is
   * @param mode the permissions, -1 to leave them as they are
   * @return false if it was so already
   * @throws IOException if another device's file has its name
   * @throws SystemCallException EPERM without CAP_MKNOD
   */
  public boolean prepare(int owner, int group, int mode) throws IOException {
    try (NamespaceSysfs sysfs = NamespaceSysfs.open()) {
      return prepare(owner, group, mode, sysfs.root());
    }
  }

  boolean prepare(int owner, int group, int mode, Path sysfs) throws IOException {
    String file = HostPath.text(path);
    boolean made = false;
    switch (look(sysfs)) {
      case THE_DEVICE -> {}
      case NOTHING -> made = make();
      case A_STALE_FILE -> {
        SystemCallException.check(FileIo.unlink(file), "unlink", file);
        made = make();
      }
      case SOMETHING_ELSE ->
          throw new FastvifIOException(
              FailureKind.EXISTS,
              file + " is another device's: expected that of " + major + ":" + minor);
    }
    try {
      return permit(file, owner, group, mode) || made;
    } catch (IOException | RuntimeException refused) {
      if (made) {
        FileIo.unlink(file);
      }
      throw refused;
    }
  }

  private boolean make() {
    String file = HostPath.text(path);
    SystemCallException.check(
        FileIo.makeCharacterDevice(file, PRIVATE, major, minor), "mknod", file, major, minor);
    return true;
  }

  private boolean permit(String file, int owner, int group, int mode) throws IOException {
    Map<String, Object> found = status().orElseThrow(() -> new NoSuchFileException(file));
    boolean changed = false;
    if ((owner >= 0 && owner != (Integer) found.get("uid"))
        || (group >= 0 && group != (Integer) found.get("gid"))) {
      SystemCallException.check(FileIo.chown(file, owner, group), "chown", file, owner, group);
      changed = true;
    }
    if (mode >= 0 && mode != ((Integer) found.get("mode") & PERMISSIONS)) {
      SystemCallException.check(
          FileIo.chmod(file, mode), "chmod", file, Integer.toOctalString(mode));
      changed = true;
    }
    return changed;
  }

  /**
   * Removes the file, unless it is another device's. The kernel removes those that devtmpfs made
   * when the link goes, and does not mind if they are gone.
   *
   * @return false if there is none
   */
  public boolean remove() throws IOException {
    Optional<Map<String, Object>> found = status();
    if (found.isEmpty() || !isTheDevice(found.get())) {
      return false;
    }
    String file = HostPath.text(path);
    SystemCallException.check(FileIo.unlink(file), "unlink", file);
    return true;
  }

  private Found look(Path sysfs) throws IOException {
    Optional<Map<String, Object>> found = status();
    if (found.isEmpty()) {
      return Found.NOTHING;
    }
    if (isTheDevice(found.get())) {
      return Found.THE_DEVICE;
    }
    // Left over from a link that is gone: no device of the host, in any namespace, has the number.
    boolean stale =
        isCharacterDevice(found.get())
            && majorOf(found.get()) == major
            && !Files.exists(
                sysfs.resolve("dev/char/" + major + ":" + minorOf(found.get())),
                LinkOption.NOFOLLOW_LINKS);
    return stale ? Found.A_STALE_FILE : Found.SOMETHING_ELSE;
  }

  private Optional<Map<String, Object>> status() throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(path, "unix:mode,uid,gid,rdev", LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  private boolean isTheDevice(Map<String, Object> status) {
    return isCharacterDevice(status) && majorOf(status) == major && minorOf(status) == minor;
  }

  private static boolean isCharacterDevice(Map<String, Object> status) {
    return ((Integer) status.get("mode") & TYPE) == CHARACTER_DEVICE;
  }

  // new_decode_dev of linux/kdev_t.h

  private static int majorOf(Map<String, Object> status) {
    return (int) ((Long) status.get("rdev") >> 8) & 0xfff;
  }

  private static int minorOf(Map<String, Object> status) {
    long number = (Long) status.get("rdev");
    return (int) ((number & 0xff) | ((number >> 12) & 0xfff00));
  }
}
