package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the threads of a process have used by now, as the scheduler counts it.
 *
 * @param processorNanos time on processors, in user code and the kernel (proc(5), schedstat)
 * @param wakeUps how often they gave their processor away until something woke them
 */
record ProcessLoad(long processorNanos, long wakeUps) {
  private static final String SWITCHES = "voluntary_ctxt_switches:";

  /**
   * Reads it.
   *
   * @throws IOException if the process has ended
   */
  static ProcessLoad of(long pid) throws IOException {
    long nanos = 0;
    long wakeUps = 0;
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          String times = Files.readString(thread.resolve("schedstat"));
          nanos += Long.parseLong(times.substring(0, times.indexOf(' ')));
          wakeUps += wakeUps(thread);
        } catch (NoSuchFileException ended) {
          // so it is not one of those that it has
        }
      }
    }
    return new ProcessLoad(nanos, wakeUps);
  }

  private static long wakeUps(Path thread) throws IOException {
    for (String line : Files.readAllLines(thread.resolve("status"))) {
      if (line.startsWith(SWITCHES)) {
        return Long.parseLong(line.substring(SWITCHES.length()).strip());
      }
    }
    return 0;
  }

  /** What of it was used since; without that of threads that have ended meanwhile. */
  ProcessLoad since(ProcessLoad before) {
    return new ProcessLoad(
        Math.max(0, processorNanos - before.processorNanos), Math.max(0, wakeUps - before.wakeUps));
  }
}
