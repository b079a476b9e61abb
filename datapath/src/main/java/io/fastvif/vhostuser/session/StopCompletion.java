package io.fastvif.vhostuser.session;

/** Called when a ring that was told to stop has stopped: once, by any thread, at once or later. */
@FunctionalInterface
public interface StopCompletion {

  /**
   * The ring has stopped: nothing of it is read or written any more, in the guest's memory, the log
   * or the in-flight area, and its descriptors are not used. Returns at once and throws nothing.
   *
   * @param base where to go on: what {@link RingSettings#base} is when it is started again. The
   *     frontend gets it as GET_VRING_BASE's answer
   */
  void stopped(int base);
}
