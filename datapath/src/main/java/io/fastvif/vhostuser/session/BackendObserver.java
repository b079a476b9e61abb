package io.fastvif.vhostuser.session;

/**
 * Hears what happens to a backend. The session's thread calls it, so each method returns at once.
 * What it throws is logged, and changes nothing for the port.
 */
public interface BackendObserver {
  /** Hears nothing. */
  BackendObserver NONE = new BackendObserver() {};

  /** A frontend has begun to set up the port. */
  default void connected() {}

  /**
   * A connection could not be made or taken, for want of descriptors for example, or was lost by a
   * fault before it had set up the port. That no frontend listens yet is not told: it is tried
   * again.
   *
   * @param reason why, in words
   */
  default void connectionFailed(String reason) {}

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
