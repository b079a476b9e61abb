package io.fastvif.forward;

import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * By how much the kernel may wake a thread later than it asked to be, so that timers go off
 * together: usually 50 us, which is as long as a nap.
 */
final class TimerSlack {
  private static final Path THIS_THREAD = Path.of("/proc/thread-self");

  /** In nanoseconds; 0 would be the usual one. */
  private static final String LEAST = "1";

  private TimerSlack() {}

  /**
   * Has the calling thread woken when it asked to be. As of prctl(PR_SET_TIMERSLACK), by
   * /proc/TID/timerslack_ns (proc(5), Linux 4.6), which only the thread's own folder in /proc has.
   * Where that cannot be written, naps last longer, and nothing else changes.
   */
  static void minimize() {
    try {
      Path thread = Files.readSymbolicLink(THIS_THREAD).getFileName();
      Files.writeString(Path.of("/proc").resolve(thread).resolve("timerslack_ns"), LEAST);
    } catch (IOException refused) {
      Log.warning(TimerSlack.class, "a loop's naps are longer than they should be: " + refused);
    }
  }
}
