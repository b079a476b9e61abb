package io.fastvif.vhostuser.session;

import io.fastvif.vhostuser.memory.CurrentGuestMemory;

/** What a port may ask of its session. Any thread may call it; nothing of it waits. */
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
   * @return true from the choice of features until there is memory, which should be at once
   */
  boolean awaitsMemory();

  /**
   * A ring has broken and moves nothing any more. The session writes its error descriptor; it stays
   * started in the frontend's eyes until that stops it, and {@link RingControl#stop} is called.
   *
   * @param ring its index
   * @param reason what was wrong, in words
   */
  void ringFailed(int ring, String reason);

  /**
   * Ends the session: the memory is not what the frontend said, for example.
   *
   * @param reason why, in words
   */
  void end(String reason);
}
