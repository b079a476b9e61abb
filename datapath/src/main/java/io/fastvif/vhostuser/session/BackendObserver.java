package io.fastvif.vhostuser.session;

/**
 * Is notified of what happens to a backend. The session's thread calls it, so no method may block.
 * Exceptions are logged and otherwise ignored.
 */
public interface BackendObserver {
  /** Ignores everything. */
  BackendObserver NONE = new BackendObserver() {};

  /** A frontend has begun to set up the port. */
  default void connected() {}

  /**
   * A connection could not be made or accepted, for example for want of descriptors, or failed
   * before it had set up the port. Not called while no frontend listens yet: the backend just tries
   * again.
   *
   * @param reason why, in words
   */
  default void connectionFailed(String reason) {}

  /**
   * A connection has ended.
   *
   * @param owner whether it had set up the port; false for a probe
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
