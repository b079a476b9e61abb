package io.fastvif.vhostuser.session;

/**
 * The port behind a backend's socket, with its rings. The session's thread calls it, so no method
 * may block. At most one frontend is connected at a time.
 */
public interface BackendHandler {

  /**
   * A frontend has connected.
   *
   * @param session the session, to be used until {@link #disconnected}
   */
  void connected(SessionControl session);

  /**
   * Returns a ring by its index.
   *
   * @param index from 0 to the number of the port's rings minus 1
   * @return the same object each time, never null
   */
  RingControl ring(int index);

  /**
   * The guest's memory was replaced. Views notice that between two bursts; the port wakes rings
   * that sleep, so that they release the former memory.
   *
   * @param completion call it when no ring uses the former memory any more
   */
  void memoryChanged(Completion completion);

  /**
   * Announce the guest in the network after a migration, because it cannot do so itself: SEND_RARP.
   *
   * @param address the guest's MAC address, 48 bits, its first byte the most significant
   */
  void announce(long address);

  /**
   * The frontend has set the guest's MTU: NET_SET_MTU.
   *
   * @param mtu bytes
   * @return whether the port supports it
   */
  boolean setMtu(int mtu);

  /**
   * The virtio status of the device has changed: SET_STATUS, or a reset.
   *
   * @param status VIRTIO_CONFIG_S_ bits; 0 after a reset
   */
  void statusChanged(int status);

  /**
   * The frontend has left, or its session was ended. All rings were stopped before; afterwards the
   * session closes its descriptors and releases the memory.
   *
   * @param reason why, in words
   */
  void disconnected(String reason);
}
