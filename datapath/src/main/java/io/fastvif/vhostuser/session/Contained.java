package io.fastvif.vhostuser.session;

import java.lang.System.Logger.Level;

/**
 * Keeps what goes wrong for one port from the others that the same thread serves: whatever a
 * callback throws is logged and goes no further.
 */
final class Contained {
  private static final String LOGGER = "io.fastvif.vhostuser";

  private Contained() {}

  /**
   * Runs a callback.
   *
   * @param what whose it is, for the log
   */
  static void run(String what, Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException | Error e) {
      log(what, e);
    }
  }

  /** Logs what nobody else can be told. */
  static void log(String what, Throwable thrown) {
    try {
      System.getLogger(LOGGER).log(Level.WARNING, what + ": " + thrown, thrown);
    } catch (RuntimeException | Error e) {
      // A log that cannot be written, for want of descriptors or memory, must not end the thread.
    }
  }
}
