package io.fastvif.forward;

/** Where a {@link FrameHandler} sends frames: the guest's receive queue. */
@FunctionalInterface
public interface FrameOutput {

  /**
   * Sends the frames of a burst, at most 64 of them. They are copied into the guest's buffers.
   *
   * @param frames the handler's own, or those that it was called with
   * @return how many were delivered, from the first on, or dropped because the guest's interface is
   *     down or they are too long for it. For the others the guest has no buffers at present
   */
  int send(FrameBurst frames);
}
