package io.fastvif.vhostuser.session;

/**
 * A ring as its session sees it: stopped at first, then started and stopped by turns, and changed
 * while it is started. The session's thread calls it; the implementation hands over to the thread
 * that moves frames and returns at once.
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
   * @param completion to be called when nothing of the former settings is in use any more
   */
  void change(RingSettings settings, Completion completion);

  /**
   * Stops a started ring. It finishes what it has begun, so that the guest's memory is consistent.
   *
   * @param completion takes the base where it may be started again
   */
  void stop(StopCompletion completion);
}
