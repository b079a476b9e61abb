package io.fastvif.engine;

import java.io.IOException;

/**
 * A step that waits for another process or for hardware, looked at again and again until it has
 * come to its end, so that no thread waits with it.
 */
interface StepWait extends AutoCloseable {
  /** Where a wait stands. */
  enum State {
    WAITING,
    /** Done; there was nothing to do. */
    SATISFIED,
    /** Done, and something was changed. */
    CHANGED
  }

  /**
   * Looks how it stands, without waiting.
   *
   * @throws IOException if it has failed, or its time is over; nothing of it is left
   */
  State look() throws IOException;

  @Override
  void close();
}
