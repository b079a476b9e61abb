package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.arch_h.O_DIRECTORY;
import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_PATH;
import static io.fastvif.bindings.linux.linux_h.O_RDONLY;
import static io.fastvif.bindings.linux.linux_h.O_WRONLY;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.KernelFile;
import io.fastvif.plan.LocalStep;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The settings of links below {@code /proc/sys/net}. One thread at a time may use it.
 *
 * <p>The kernel finds {@code /proc/sys/net} by the calling thread's namespace (net/sysctl_net.c),
 * but what is in an open folder below it by the folder's (proc_sys_lookup of
 * fs/proc/proc_sysctl.c). So {@code disable_ipv6} is that of the namespace in which this was made,
 * whatever thread writes it, and found with half of the way.
 */
final class SettingFiles implements AutoCloseable {
  private static final String SYSCTLS = "/proc/sys/net/";
  private static final String IPV6_SETTINGS = SYSCTLS + "ipv6/conf/";
  private static final byte[] DISABLE_IPV6 = "/disable_ipv6\0".getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment path =
      arena.allocate(InterfaceRequest.NAME_SIZE + DISABLE_IPV6.length);
  private final MemorySegment digit = arena.allocate(1);

  /** Null if the kernel has no IPv6. */
  private final FileDescriptor ipv6;

  /**
   * Opens the folder of the calling thread's namespace.
   *
   * @throws SystemCallException if that is not possible, such as EMFILE
   */
  SettingFiles() {
    int folder = FileIo.open(IPV6_SETTINGS, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    ipv6 = folder == -Errno.ENOENT ? null : FileDescriptor.check(folder, "open", IPV6_SETTINGS);
  }

  /** Switches IPv6 off or on for a link; 0 or a negated error number, ENOENT if it has no IPv6. */
  int disableIpv6(String name, boolean disabled) {
    // Netlink shows this setting but does not take it.
    if (ipv6 == null) {
      return -Errno.ENOENT;
    }
    int end = putName(name, path, 0);
    if (end < 0) {
      return -Errno.ENODEV;
    }
    MemorySegment.copy(DISABLE_IPV6, 0, path, ValueLayout.JAVA_BYTE, end, DISABLE_IPV6.length);
    byte wanted = (byte) (disabled ? '1' : '0');
    TracedCall call = TracedCall.begin(Protocol.WRITE);
    int result = write(wanted);
    if (call != null) {
      call.ended(IPV6_SETTINGS + path.getString(0) + " \"" + (char) wanted + '"', result);
    }
    return isReadOnly(result) && readsDigit(wanted) ? 0 : result;
  }

  private int write(byte character) {
    int fd = FileIo.openAt(ipv6.value(), path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return fd;
    }
    digit.set(ValueLayout.JAVA_BYTE, 0, character);
    int result = (int) Math.min(0, FileIo.write(fd, digit, 1));
    FileIo.close(fd);
    return result;
  }

  /** Whether that is because the setting may not be written, as in a container. */
  private static boolean isReadOnly(int result) {
    return result == -Errno.EROFS || result == -Errno.EACCES || result == -Errno.EPERM;
  }

  private boolean readsDigit(byte wanted) {
    int fd = FileIo.openAt(ipv6.value(), path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return false;
    }
    boolean equal = FileIo.read(fd, digit, 1) == 1 && digit.get(ValueLayout.JAVA_BYTE, 0) == wanted;
    FileIo.close(fd);
    return equal;
  }

  /**
   * Writes a link's setting in the calling thread's namespace; 0 or a negated error number, ENOENT
   * if it has none such.
   */
  int set(LocalStep.SetSysctl sysctl) {
    String file = SYSCTLS + sysctl.setting().path(sysctl.name());
    String text = Integer.toString(sysctl.value());
    try {
      KernelFile.write(file, text);
      return 0;
    } catch (SystemCallException refused) {
      return isReadOnly(-refused.errno()) && readsText(file, text) ? 0 : -refused.errno();
    }
  }

  private static boolean readsText(String file, String wanted) {
    try {
      return FileIo.readText(file).equals(wanted);
    } catch (SystemCallException unreadable) {
      return false;
    }
  }

  /** Writes a link's name; returns where it ends, or a negative number if none is as long. */
  static int putName(String name, MemorySegment target, int offset) {
    int length = name.length();
    if (length >= InterfaceRequest.NAME_SIZE) {
      return -1;
    }
    for (int i = 0; i < length; i++) {
      char character = name.charAt(i);
      if (character >= 0x80) {
        return putBytes(name.getBytes(StandardCharsets.UTF_8), target, offset);
      }
      target.set(ValueLayout.JAVA_BYTE, offset + i, (byte) character);
    }
    return offset + length;
  }

  private static int putBytes(byte[] name, MemorySegment target, int offset) {
    if (name.length >= InterfaceRequest.NAME_SIZE) {
      return -1;
    }
    MemorySegment.copy(name, 0, target, ValueLayout.JAVA_BYTE, offset, name.length);
    return offset + name.length;
  }

  @Override
  public void close() {
    if (ipv6 != null) {
      ipv6.close();
    }
  }
}
