package io.fastvif.vhostuser.session;

/**
 * Hears what happens to a backend. The session's thread calls it, so each method returns at once.
 */
public interface BackendObserver {
  /** Hears nothing. */
  BackendObserver NONE = new BackendObserver() {};

  /** A frontend has begun to set up the port. */
  default void connected() {}

  /**
   * A connection is over.
   *
   * @param owner whether it was the one that set up the port, and not a probe
   * @param reason why, in words
   */
  default void disconnected(boolean owner, String reason) {}

  /**
   * A ring has broken.
   *
   * @param ring its index
   * @param reason why, in words
   */
  default void ringFailed(int ring, String reason) {}
}
