package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What this process holds of the kernel's: descriptors and mappings of shared memory by kind. */
record Resources(Map<String, Integer> held) {

  /** What is held now. Only what sessions make: the JVM opens jars and maps heaps of its own. */
  static Resources now() throws IOException {
    Map<String, Integer> held = new TreeMap<>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        String target;
        try {
          target = Files.readSymbolicLink(entry).toString();
        } catch (IOException closedMeanwhile) {
          continue;
        }
        if (target.startsWith("socket:")
            || target.startsWith("anon_inode:[event")
            || target.startsWith("/memfd:")) {
          held.merge(target.replaceAll("\\d+", "N"), 1, Integer::sum);
        }
      }
    }
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      lines
          .filter(line -> line.contains("/memfd:"))
          .forEach(
              line -> held.merge("map " + line.substring(line.indexOf("memfd:")), 1, Integer::sum));
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      String name = thread.getName();
      boolean isOfOthers = name.startsWith("fastvif-callback-") || name.equals("fastvif-netns");
      if (name.startsWith("fastvif") && !isOfOthers) {
        held.merge("thread " + name, 1, Integer::sum);
      }
    }
    return new Resources(held);
  }

  /** Fails if something else is held now. */
  void assertSame() throws IOException {
    assertEquals(this, now());
  }
}
