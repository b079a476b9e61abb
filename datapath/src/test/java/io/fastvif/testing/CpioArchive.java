package io.fastvif.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the archive that a Linux kernel unpacks as its first file system: cpio's format {@code
 * newc}.
 *
 * @see <a href="https://docs.kernel.org/driver-api/early-userspace/buffer-format.html">initramfs
 *     buffer format</a>
 */
final class CpioArchive {
  private static final int FOLDER = 0040755;
  private static final int EXECUTABLE = 0100755;
  private static final int LINK = 0120777;
  private static final int ALIGNMENT = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int inode;

  CpioArchive folder(String path) {
    return entry(path, FOLDER, new byte[0]);
  }

  CpioArchive file(String path, byte[] content) {
    return entry(path, EXECUTABLE, content);
  }

  CpioArchive link(String path, String target) {
    return entry(path, LINK, target.getBytes(StandardCharsets.UTF_8));
  }

  byte[] end() {
    entry("TRAILER!!!", 0, new byte[0]);
    return out.toByteArray();
  }

  private CpioArchive entry(String path, int mode, byte[] content) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    String header =
        String.format(
            "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
            ++inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0);
    out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(name);
    out.write(0);
    pad();
    out.writeBytes(content);
    pad();
    return this;
  }

  private void pad() {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }
}
