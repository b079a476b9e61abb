package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The huge pages that the host has set aside. */
public final class HugePages {
  /** Bytes of one, unless the host was told otherwise at its start. */
  public static final long SIZE = 2 * 1024 * 1024;

  private HugePages() {}

  /** Skips the test, or fails it if every peer is required, if fewer than that are free. */
  public static void require(int pages) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("HugePages_Free:")) {
        if (Integer.parseInt(line.replaceAll("\\D", "")) < pages) {
          Peer.missing(pages + " huge pages are missing: sysctl vm.nr_hugepages=16");
        }
        return;
      }
    }
    fail("/proc/meminfo says nothing of huge pages");
  }
}
