package io.fastvif.vhostuser.session;

import io.fastvif.vhostuser.memory.CurrentGuestMemory;

/** What a port may ask of its session. Any thread may call it; no method blocks. */
public interface SessionControl {

  /**
   * Where the guest's memory is to be found.
   *
   * @return the same during the whole session
   */
  CurrentGuestMemory memory();

  /**
   * The protocol features that were negotiated.
   *
   * @return VHOST_USER_PROTOCOL_F_ bits
   */
  long protocolFeatures();

  /**
   * Whether the frontend has begun to start the device and has shared no memory.
   *
   * @return true between SET_FEATURES and the first memory table, normally for a moment only
   */
  boolean awaitsMemory();

  /**
   * Reports that a ring is broken and moves no more frames. The session writes its error
   * descriptor. For the frontend the ring stays started until it stops it, when {@link
   * RingControl#stop} is called.
   *
   * @param ring its index
   * @param reason what was wrong, in words
   */
  void ringFailed(int ring, String reason);

  /**
   * Ends the session, for example because the memory is not what the frontend said.
   *
   * @param reason why, in words
   */
  void end(String reason);
}
