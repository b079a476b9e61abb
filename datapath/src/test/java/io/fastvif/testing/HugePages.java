package io.fastvif.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The huge pages that the host has set aside. */
public final class HugePages {
  /** Bytes of one, where nobody asks for another size: 2 MiB with base pages of 4 KiB. */
  public static final long SIZE = number("Hugepagesize:") << 10;

  private HugePages() {}

  /** Skips the test, or fails it if every peer is required, if fewer than that are free. */
  public static void require(int pages) {
    if (number("HugePages_Free:") < pages) {
      Peer.missing(pages + " huge pages are missing: sysctl vm.nr_hugepages=16");
    }
  }

  private static long number(String begin) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith(begin))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("/proc/meminfo has no line " + begin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
