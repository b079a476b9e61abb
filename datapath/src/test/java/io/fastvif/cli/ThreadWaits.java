package io.fastvif.cli;

import io.fastvif.testing.Await;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** How often the threads of a process wake. */
final class ThreadWaits {
  private static final int WINDOW_SECONDS = 5;

  /**
   * The JVM's own, whose names Linux cuts: a compiler's thread looks for work every five seconds.
   */
  private static final String JVM_THREADS = "C1 .*|C2 .*|VM .*|Thread-.*|java";

  private static final int OF_THE_JVM = 12;

  private ThreadWaits() {}

  /** How often each thread has waited for something. */
  private static Map<String, Long> waits(long pid) throws IOException {
    Map<String, Long> waits = new TreeMap<>();
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          for (String line : Files.readAllLines(task.resolve("status"))) {
            if (line.startsWith("voluntary_ctxt_switches:")) {
              waits.put(
                  name + " " + task.getFileName(),
                  Long.parseLong(line.substring(line.indexOf(':') + 1).strip()));
            }
          }
        } catch (IOException ended) {
          if (Files.exists(task)) {
            throw ended;
          }
        }
      }
    }
    return waits;
  }

  /** What each thread has done more in the window, if anything. */
  private static Map<String, Long> awake(long pid) throws Exception {
    Map<String, Long> before = waits(pid);
    TimeUnit.SECONDS.sleep(WINDOW_SECONDS);
    Map<String, Long> more = new TreeMap<>();
    waits(pid)
        .forEach(
            (thread, count) -> {
              long of = count - before.getOrDefault(thread, 0L);
              if (of > 0) {
                more.put(thread, of);
              }
            });
    return more;
  }

  /** No thread wakes, but the JVM's own now and then. */
  static void assertQuiet(long pid) throws Exception {
    Map<String, Long> last = new TreeMap<>();
    try {
      // What was begun, such as compiling, comes to its end.
      Await.until(
          "no thread of fastvif wakes, and the JVM's hardly",
          () -> {
            last.clear();
            last.putAll(awake(pid));
            return last.keySet().stream()
                    .allMatch(thread -> thread.replaceFirst(" [0-9]+$", "").matches(JVM_THREADS))
                && last.values().stream().mapToLong(Long::longValue).sum() <= OF_THE_JVM;
          });
    } catch (AssertionError never) {
      throw new AssertionError(last.toString(), never);
    }
  }
}
