package io.fastvif.trace;

import java.lang.System.Logger.Level;
import java.util.Objects;

/**
 * The few lines that fastvif logs, by {@link System.Logger}, so that any backend takes them: what
 * an administrator should know of although it is no operation's result. The loggers have the
 * packages' names; a line begins with the network namespace, if the thread works in one of its own.
 */
public final class Log {
  private static volatile Sink sink = Log::toLogger;

  private Log() {}

  /** Takes lines. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes a line; called by any thread.
     *
     * @param where the package that says it
     * @param thrown an error that nobody has foreseen; null for none
     */
    void write(Level level, String where, String line, Throwable thrown);
  }

  /**
   * Has all lines of this process written by that, instead of by {@link System.Logger}: for a
   * program that is nothing but fastvif, whose lines then cost no logging library.
   */
  public static void to(Sink other) {
    sink = Objects.requireNonNull(other);
  }

  /** Something is wrong and stays so, or has been left. */
  public static void warning(Class<?> where, String line) {
    write(where, Level.WARNING, line, null);
  }

  /** The same, of an error that nobody has foreseen: with its stack trace. */
  public static void warning(Class<?> where, String line, Throwable thrown) {
    write(where, Level.WARNING, line, thrown);
  }

  /** Something that was wrong is so no longer. */
  public static void info(Class<?> where, String line) {
    write(where, Level.INFO, line, null);
  }

  /** A life's beginning or end. */
  public static void debug(Class<?> where, String line) {
    write(where, Level.DEBUG, line, null);
  }

  private static void write(Class<?> where, Level level, String line, Throwable thrown) {
    try {
      sink.write(level, where.getPackageName(), line, thrown);
    } catch (RuntimeException | Error unwritten) {
      // a log that cannot be written, for want of descriptors or memory, must not end the thread
    }
  }

  private static void toLogger(Level level, String where, String line, Throwable thrown) {
    System.Logger logger = System.getLogger(where);
    if (logger.isLoggable(level)) {
      logger.log(level, placed(line), thrown);
    }
  }

  /** The line with the network namespace, if the thread works in one of its own. */
  public static String placed(String line) {
    String namespace = Tracing.namespace();
    return namespace == null ? line : "in " + namespace + ": " + line;
  }
}
