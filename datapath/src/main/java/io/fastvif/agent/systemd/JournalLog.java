package io.fastvif.agent.systemd;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.FileStatus;
import io.fastvif.trace.Log;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes fastvif's log to standard error: with the priority in front of each line where journald
 * reads it (sd-daemon(3), {@code <4>} for a warning), which {@code JOURNAL_STREAM} tells, and with
 * the command's name otherwise. A line is written at once and whole.
 *
 * <p>It writes to a descriptor of its own: the JDK closes 0, 1 and 2 with a socket that was handed
 * over to it.
 */
public final class JournalLog implements Log.Sink {
  /** Device and inode of the stream that journald reads. */
  static final String JOURNAL_STREAM = "JOURNAL_STREAM";

  private static final int STANDARD_ERROR = 2;
  private static final int FIRST_FREE = 10;

  private final int descriptor;
  private final boolean hasPriorities;

  private JournalLog(int descriptor, boolean hasPriorities) {
    this.descriptor = descriptor;
    this.hasPriorities = hasPriorities;
  }

  /**
   * Has all that fastvif logs in this process written there, until it ends.
   *
   * @param environment this process's variables
   */
  public static JournalLog begin(Map<String, String> environment) {
    int own = FileIo.fcntl(STANDARD_ERROR, F_DUPFD_CLOEXEC, FIRST_FREE);
    JournalLog log = new JournalLog(own < 0 ? STANDARD_ERROR : own, isJournal(environment));
    Log.to(log);
    return log;
  }

  /** The variable is inherited also by a process whose standard error was sent elsewhere since. */
  private static boolean isJournal(Map<String, String> environment) {
    String stream = environment.get(JOURNAL_STREAM);
    if (stream == null) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileStatus.layout());
      return FileIo.fstat(STANDARD_ERROR, status) == 0
          && stream.equals(FileStatus.device(status) + ":" + FileStatus.inode(status));
    }
  }

  @Override
  public void write(Level level, String where, String line, Throwable thrown) {
    if (level.compareTo(Level.INFO) >= 0) {
      write(text(hasPriorities, level, Log.placed(line), thrown));
    }
  }

  /** The lines of an entry. */
  static String text(boolean hasPriorities, Level level, String line, Throwable thrown) {
    StringBuilder lines = new StringBuilder();
    String prefix = hasPriorities ? "<" + priority(level) + ">" : "fastvif: ";
    append(lines, prefix, line);
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      append(lines, hasPriorities ? prefix : "", trace.toString());
    }
    return lines.toString();
  }

  private static void append(StringBuilder lines, String prefix, String text) {
    text.lines().forEach(line -> lines.append(prefix).append(line).append('\n'));
  }

  /** As of syslog(3). */
  private static int priority(Level level) {
    return switch (level) {
      case ERROR -> 3;
      case WARNING -> 4;
      case INFO -> 6;
      default -> 7;
    };
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      long written = 0;
      while (written < bytes.length) {
        long more = FileIo.write(descriptor, segment.asSlice(written), bytes.length - written);
        if (more < 0 && more != -Errno.EINTR) {
          return; // nobody is left to be told
        }
        written += Math.max(0, more);
      }
    }
  }
}
