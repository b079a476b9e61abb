package io.fastvif.forward;

/**
 * A datapath of one's own behind a guest's port: takes the frames that the guest sends, in bursts,
 * and sends it others. A {@link FrameHandlerPort} connects it.
 *
 * <p>One thread, the loop's, calls it, and moves other ports' frames too: each method returns at
 * once, without waiting, and without allocating if the loop is to keep its pace. What it throws
 * ends this port's forwarding and nothing else; {@link FrameHandlerPort#problem} says why.
 */
@FunctionalInterface
public interface FrameHandler {

  /**
   * Takes frames from the guest.
   *
   * @param frames at least one; to be used during the call only. The guest may change them at any
   *     time: what is looked at twice is copied first
   * @param toGuest takes frames for the guest; these too may be sent on: {@code return
   *     toGuest.send(frames)} is an echo
   * @return how many frames, from the first on, are dealt with. The others come again in the next
   *     round, and are dropped and counted if that goes on for 10 ms
   */
  int handle(FrameBurst frames, FrameOutput toGuest);

  /**
   * Called in each round of the loop, for frames that come from elsewhere than the guest.
   *
   * @param toGuest takes them
   * @return how much was done; 0 lets a loop that is not {@link Idle#BUSY_SPIN} sleep, until the
   *     guest kicks or {@link FrameHandlerPort#wake} is called
   */
  default int poll(FrameOutput toGuest) {
    return 0;
  }
}
