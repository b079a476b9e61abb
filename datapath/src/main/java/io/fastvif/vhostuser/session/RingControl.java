package io.fastvif.vhostuser.session;

/**
 * Controls a ring: initially stopped, then started and stopped in turn, and changed while started.
 * The session's thread calls it; implementations hand over to the thread that moves frames, and do
 * not block.
 */
public interface RingControl {

  /**
   * Starts the ring: it has a size, addresses, a kick descriptor or none on purpose, and there are
   * features and memory.
   *
   * @param settings all that is known of it; the base is where to begin
   */
  void start(RingSettings settings);

  /**
   * Changes a started ring: enabled or not, other descriptors, log, features or addresses. The base
   * in the settings does not count.
   *
   * @param settings all that is known of it now
   * @param completion call it when the former settings are no longer in use
   */
  void change(RingSettings settings, Completion completion);

  /**
   * Stops a started ring. It completes the buffers that it has begun to fill, so that the guest's
   * memory is consistent.
   *
   * @param completion call it with the base at which the ring may be started again
   */
  void stop(StopCompletion completion);
}
