package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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

  /** What is held now beyond this. What another test left may be let go meanwhile. */
  Map<String, Integer> newer() throws IOException {
    Map<String, Integer> more = now().held();
    more.replaceAll((what, count) -> count - held.getOrDefault(what, 0));
    more.values().removeIf(count -> count <= 0);
    return more;
  }

  /** Fails if more is held, and that does not end: a thread may be about to let it go. */
  void assertSame() throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    Map<String, Integer> more = newer();
    while (!more.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      more = newer();
    }
    assertEquals(Map.of(), more);
  }
}
