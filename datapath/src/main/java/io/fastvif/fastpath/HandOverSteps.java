package io.fastvif.fastpath;

/** Hears how far a hand-over is; for logs, and for tests that end a process at each step. */
@FunctionalInterface
public interface HandOverSteps {
  /** Hears nothing. */
  HandOverSteps NONE = step -> {};

  /**
   * A step is done.
   *
   * @param step in the process that serves: frozen, offered, paused, given, taken; in the one that
   *     takes over: asked, restored, prepared, received, took, started
   */
  void reached(String step);
}
