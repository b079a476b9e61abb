package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_RDONLY;
import static io.fastvif.bindings.linux.linux_h.O_WRONLY;

import io.fastvif.bindings.Errno;
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
 * The settings of links below {@code /proc/sys/net}, in the namespace of the calling thread. One
 * thread at a time may use it.
 */
final class SettingFiles {
  private static final String SYSCTLS = "/proc/sys/net/";
  private static final byte[] IPV6_SETTINGS =
      (SYSCTLS + "ipv6/conf/").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DISABLE_IPV6 = "/disable_ipv6\0".getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment path =
      arena.allocate(IPV6_SETTINGS.length + InterfaceRequest.NAME_SIZE + DISABLE_IPV6.length);
  private final MemorySegment digit = arena.allocate(1);

  SettingFiles() {
    MemorySegment.copy(IPV6_SETTINGS, 0, path, ValueLayout.JAVA_BYTE, 0, IPV6_SETTINGS.length);
  }

  /** Switches IPv6 off or on for a link; 0 or a negated error number, ENOENT if it has no IPv6. */
  int disableIpv6(String name, boolean disabled) {
    // Netlink shows this setting but does not take it.
    int end = putName(name, path, IPV6_SETTINGS.length);
    if (end < 0) {
      return -Errno.ENODEV;
    }
    MemorySegment.copy(DISABLE_IPV6, 0, path, ValueLayout.JAVA_BYTE, end, DISABLE_IPV6.length);
    byte wanted = (byte) (disabled ? '1' : '0');
    TracedCall call = TracedCall.begin(Protocol.WRITE);
    int result = write(wanted);
    if (call != null) {
      call.ended(path.getString(0) + " \"" + (char) wanted + '"', result);
    }
    return isReadOnly(result) && readsDigit(wanted) ? 0 : result;
  }

  private int write(byte character) {
    int fd = FileIo.open(path, O_WRONLY | O_CLOEXEC, 0);
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
    int fd = FileIo.open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return false;
    }
    boolean equal = FileIo.read(fd, digit, 1) == 1 && digit.get(ValueLayout.JAVA_BYTE, 0) == wanted;
    FileIo.close(fd);
    return equal;
  }

  /** Writes a link's setting; 0 or a negated error number, ENOENT if it has none such. */
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
}
