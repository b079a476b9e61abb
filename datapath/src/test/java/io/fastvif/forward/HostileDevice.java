package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;

/** How a hostile guest's two rings come to who serves them. */
public interface HostileDevice extends AutoCloseable {
  /** The virtio features that are offered. */
  long features();

  /**
   * Starts the receive ring and the transmit ring.
   *
   * @param bases where, which may be nonsense
   * @param kick the descriptor of their kicks
   */
  void start(TestGuest guest, TestRing[] rings, int[] bases, long features, int kick);

  /** Stops them, or has them stopped: what is in them is the device's no longer, mostly. */
  void stop();

  @Override
  void close();
}
