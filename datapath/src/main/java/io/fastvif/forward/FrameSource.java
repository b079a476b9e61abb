package io.fastvif.forward;

/** A queue of a device of the host, from which frames come. */
interface FrameSource {

  /**
   * Moves frames, at most a burst.
   *
   * @param to takes them
   * @param counters take what was delivered and dropped
   * @return how many were moved or dropped
   */
  int pull(GuestReceiveQueue to, FlowCounters counters);

  /** Whether the last pull ended because the receiver had no free buffers. */
  boolean isHeld();

  /** Whether the kernel refused, for a reason that may pass: it is to be asked again soon. */
  boolean needsRetry();
}
