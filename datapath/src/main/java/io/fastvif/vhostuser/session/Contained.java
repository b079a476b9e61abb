package io.fastvif.vhostuser.session;

import io.fastvif.trace.Log;

/**
 * Keeps what goes wrong for one port from the others that the same thread serves: whatever a
 * callback throws is logged and goes no further.
 */
final class Contained {
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
    Log.warning(Contained.class, what + ": " + thrown, thrown);
  }
}
