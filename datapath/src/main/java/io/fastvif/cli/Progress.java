package io.fastvif.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A line on standard error that says how far a piece of work is; drawn over itself on a terminal.
 */
final class Progress {
  private static final int BAR_WIDTH = 40;

  private final PrintWriter err;
  private final boolean terminal = isTerminal(2);

  Progress(PrintWriter err) {
    this.err = err;
  }

  /**
   * Whether a descriptor of this process is a terminal. Asked of /proc: {@code System.console()}
   * would load a line editor to find out.
   */
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }

  /** Shows an intermediate state, on a terminal only. */
  void show(String work, int done, int all) {
    if (terminal) {
      int filled = done * BAR_WIDTH / all;
      String bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
      err.printf("\r%-30s [%s] %d/%d", work, bar, done, all);
      err.flush();
    }
  }

  /** Shows that the work has ended. */
  void end(String work, int all) {
    if (terminal) {
      show(work, all, all);
      err.println();
    } else {
      err.println(work + ": " + all);
    }
    err.flush();
  }
}
