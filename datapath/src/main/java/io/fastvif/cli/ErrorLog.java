package io.fastvif.cli;

import io.fastvif.trace.Log;
import java.io.PrintStream;
import java.lang.System.Logger.Level;

/**
 * Writes what fastvif logs to standard error, in the form of the command's own messages. Without
 * java.util.logging, of which asking whether a line is wanted takes a short command some
 * milliseconds; but with it where a property says how it is to log.
 */
final class ErrorLog implements Log.Sink {
  private static final String CONFIGURATION = "java.util.logging.config.";
  private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

  private final PrintStream to;

  ErrorLog(PrintStream to) {
    this.to = to;
  }

  /** Has all lines of this process written there, until it ends. */
  static void begin() {
    if (System.getProperty(FORMAT) == null) {
      System.setProperty(FORMAT, "fastvif: %5$s%6$s%n"); // for the JDK's and the libraries' lines
      if (System.getProperty(CONFIGURATION + "file") == null
          && System.getProperty(CONFIGURATION + "class") == null) {
        Log.to(new ErrorLog(System.err));
      }
    }
  }

  @Override
  public void write(Level level, String where, String line, Throwable thrown) {
    if (level.compareTo(Level.INFO) >= 0) {
      synchronized (to) { // a line and its stack trace together
        to.println("fastvif: " + Log.placed(line));
        if (thrown != null) {
          thrown.printStackTrace(to);
        }
      }
    }
  }
}
