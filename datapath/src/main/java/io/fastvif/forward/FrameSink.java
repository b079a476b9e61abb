package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** Where frames go: a guest's receive queue, or a queue of a device of the host. */
interface FrameSink {

  /**
   * Deals with the frames of a burst, from its first on, as far as there is room.
   *
   * @param frames each with a virtio-net header before it, of which nothing is known but that the
   *     memory may be read
   * @param n how many of them
   * @param features the sender's: they say how long the headers are and what may stand in them
   * @param counters take what was delivered and dropped
   * @return how many were delivered or dropped for good; the others find no room for now
   */
  int accept(BufferBurst frames, int n, long features, FlowCounters counters);
}
