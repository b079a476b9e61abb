package io.fastvif.benchmarks.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A line that says how far the soak is, drawn over itself; on a terminal only. */
final class SoakProgress {
  private static final int BAR_WIDTH = 30;

  private final PrintWriter err;
  private final boolean terminal = isTerminal();
  private long lastNanos;
  private long lastOperations;

  SoakProgress(PrintWriter err) {
    this.err = err;
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }

  /**
   * Shows the time gone and to go, and the operations so far and in the last second.
   *
   * @param nanos gone
   * @param length of the whole run in nanoseconds
   */
  void show(long nanos, long length, long operations) {
    if (!terminal) {
      return;
    }
    int filled = (int) (nanos * BAR_WIDTH / length);
    double seconds = Math.max(1, nanos - lastNanos) / 1e9;
    err.printf(
        "\rsoak [%s%s] %s/%s  %,d operations, %,.0f/s   ",
        "#".repeat(filled),
        ".".repeat(BAR_WIDTH - filled),
        clock(nanos),
        clock(length),
        operations,
        (operations - lastOperations) / seconds);
    err.flush();
    lastNanos = nanos;
    lastOperations = operations;
  }

  /** Leaves the line. */
  void end() {
    if (terminal) {
      err.println();
      err.flush();
    }
  }

  private static String clock(long nanos) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }
}
