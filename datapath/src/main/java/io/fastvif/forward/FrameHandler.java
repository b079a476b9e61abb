package io.fastvif.forward;

/**
 * A custom datapath behind a guest's port: receives bursts of frames from the guest and sends it
 * others. Connected by a {@link FrameHandlerPort}.
 *
 * <p>Called by the loop's thread, which serves other ports too: a method must not block, and should
 * not allocate. An exception stops this port and nothing else; {@link FrameHandlerPort#problem}
 * says why.
 */
@FunctionalInterface
public interface FrameHandler {

  /**
   * Takes frames from the guest.
   *
   * @param frames at least one, valid during the call only. The guest may change them at any time:
   *     copy what is read twice
   * @param toGuest takes frames for the guest; {@code return toGuest.send(frames)} is an echo
   * @return how many frames were handled, from the first on. The others are offered again in the
   *     next round, and dropped and counted after 10 ms
   */
  int handle(FrameBurst frames, FrameOutput toGuest);

  /**
   * Called in each round of the loop, to send frames that do not come from this guest.
   *
   * @param toGuest takes them
   * @return the work done; on 0 a loop that is not {@link Idle#BUSY_SPIN} may sleep until the guest
   *     kicks or {@link FrameHandlerPort#wake} is called
   */
  default int poll(FrameOutput toGuest) {
    return 0;
  }
}
