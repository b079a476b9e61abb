package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** Where frames go: a guest's receive queue, or a queue of a device of the host. */
interface FrameSink {

  /**
   * Delivers or drops frames of a burst, from its first on, as long as there are free buffers.
   *
   * @param frames each with a virtio-net header before it, which was not checked
   * @param n how many of them
   * @param features the sender's: they say how long the headers are and what may stand in them
   * @param counters take what was delivered and dropped
   * @return how many were delivered or dropped; for the others there are no buffers at present
   */
  int accept(BufferBurst frames, int n, long features, FlowCounters counters);

  /**
   * Why the last call did not take all frames; if they wait too long, they are dropped for that.
   */
  default DropReason heldBy() {
    return DropReason.NO_BUFFERS;
  }

  /**
   * How many milliseconds those frames are to wait for the receiver's rate, as of {@link
   * RateLimiter#waitMillis}.
   */
  default int waitMillis() {
    return RateLimiter.NOT_WAITING;
  }

  /** How many bytes of frames may wait for the receiver's rate at somebody who copies them. */
  default int backlogBytes() {
    return 0;
  }
}
