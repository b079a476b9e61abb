package io.fastvif.forward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What this host's kernel does with frames that have a virtio-net header. */
final class KernelOffloads {
  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  /**
   * Whether taps and packet sockets take UDP that is to be segmented: since Linux 6.2. A
   * distribution's kernel that has it in an earlier version gets segments, which are right too.
   */
  static final boolean SEGMENTS_UDP = segmentsUdp(release());

  private KernelOffloads() {}

  private static String release() {
    try {
      return Files.readString(RELEASE);
    } catch (IOException withoutProc) {
      return "";
    }
  }

  static boolean segmentsUdp(String release) {
    Matcher version = VERSION.matcher(release);
    if (!version.matches()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 6 || (major == 6 && Integer.parseInt(version.group(2)) >= 2);
  }
}
