package io.fastvif.engine;

import io.fastvif.plan.ServedPort;

/**
 * Told of the guests that come and go on the ports that a forwarder serves; by the forwarder's
 * threads, which it must not keep waiting.
 */
public interface GuestListener {

  /** A guest's frontend has connected. */
  void connected(ServedPort port);

  /**
   * It has left.
   *
   * @param reason in words
   */
  void left(ServedPort port, String reason);
}
