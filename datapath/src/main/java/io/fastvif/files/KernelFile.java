package io.fastvif.files;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedCall;

/** Files below {@code /proc} and {@code /sys} that are settings. */
public final class KernelFile {
  private KernelFile() {}

  /**
   * Writes a setting, with one write. Equivalent to {@code echo TEXT > PATH}.
   *
   * @throws SystemCallException with the kernel's error number
   */
  public static void write(String path, String text) {
    TracedCall call = TracedCall.begin(Protocol.WRITE);
    int result = 0;
    try {
      FileIo.writeText(path, text);
    } catch (SystemCallException refused) {
      result = -refused.errno();
      throw refused;
    } finally {
      if (call != null) {
        call.ended(path + " \"" + text.strip() + '"', result);
      }
    }
  }
}
