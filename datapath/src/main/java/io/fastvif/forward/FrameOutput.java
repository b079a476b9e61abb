package io.fastvif.forward;

/** Where a {@link FrameHandler} sends frames: the guest's receive queue. */
@FunctionalInterface
public interface FrameOutput {

  /**
   * Sends the frames of a burst, at most 64 of them. They are copied into the guest's buffers.
   *
   * @param frames the handler's own, or those that it was called with
   * @return how many, from the first on, were delivered, or dropped for good because the guest's
   *     interface is down or they are too long for it; the guest has no buffer for the others now
   */
  int send(FrameBurst frames);
}
