package io.fastvif.benchmarks.namespaces;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the process holds at one moment.
 *
 * @param threads of the process, as the kernel counts them
 * @param descriptors open
 * @param residentKib VmRSS
 * @param heapKib in use after collections
 */
record Footprint(long threads, long descriptors, long residentKib, long heapKib) {
  private static final int BYTES_PER_KIB = 1024;

  /** Reads it, after two collections: what the first hands to cleaners goes with the second. */
  static Footprint read() throws IOException {
    System.gc();
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return new Footprint(
        status("Threads:"), countDescriptors(), status("VmRSS:"), heap / BYTES_PER_KIB);
  }

  private static long countDescriptors() throws IOException {
    long count = -1; // the one that lists them
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path unused : open) {
        count++;
      }
    }
    return count;
  }

  private static long status(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalStateException("/proc/self/status has no " + field);
  }
}
