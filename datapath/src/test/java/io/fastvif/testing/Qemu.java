package io.fastvif.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A QEMU that emulates a machine.
 *
 * @param command the program and the options that it needs to find its own files
 * @param environment variables that it needs for that
 */
public record Qemu(List<String> command, Map<String, String> environment) {

  /** The distribution's: of Debian 12, version 7.2, whose emulation crashes with MSI-X. */
  public static Qemu installed() {
    return new Qemu(
        List.of(Peer.require("qemu-system-x86_64", "qemu-system-x86").path().toString()), Map.of());
  }

  /** The lab's, version 10; skips the test where the lab is not fetched. */
  public static Qemu recent(Path folder) throws IOException, InterruptedException {
    Path home = GuestImage.lab(folder).resolve("qemu");
    return new Qemu(
        List.of(
            home.resolve("usr/bin/qemu-system-x86_64").toString(),
            "-L",
            home.resolve("usr/share/qemu").toString(),
            "-L",
            "/usr/share/qemu",
            "-L",
            "/usr/share/seabios",
            "-L",
            "/usr/lib/ipxe/qemu"),
        Map.of("QEMU_MODULE_DIR", home.resolve("usr/lib/x86_64-linux-gnu/qemu").toString()));
  }
}
