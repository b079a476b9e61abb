package io.fastvif.macvtap;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** sysfs as the network namespace of the thread that opens it has it. */
final class NamespaceSysfs implements AutoCloseable {
  private static final Path MOUNTED = Path.of("/sys");

  private final FileDescriptor mount;

  private NamespaceSysfs(FileDescriptor mount) {
    this.mount = mount;
  }

  /**
   * Mounts one. Without CAP_SYS_ADMIN, or before Linux 5.2, it is the one at {@code /sys}, which is
   * right for a thread that is in the namespace that the process was started in.
   *
   * @throws IOException if it cannot be mounted and {@code /sys} is another namespace's
   */
  static NamespaceSysfs open() throws IOException {
    int descriptor = Namespaces.mountDetached("sysfs");
    if (descriptor >= 0) {
      return new NamespaceSysfs(FileDescriptor.check(descriptor, "fsmount", "sysfs"));
    }
    Path own = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
    Path first = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    if (!own.equals(first)) {
      FileDescriptor.check(descriptor, "fsmount", "sysfs");
    }
    return new NamespaceSysfs(null);
  }

  /** Its root. */
  Path root() {
    return mount == null ? MOUNTED : Path.of("/proc/self/fd/" + mount.value());
  }

  @Override
  public void close() {
    if (mount != null) {
      mount.close();
    }
  }
}
