package io.fastvif.vhostuser.session;

/**
 * What is behind a backend's socket: a port, with its rings. The session's thread calls it, so each
 * method returns at once. One frontend at a time is connected; another may come when it has gone.
 */
public interface BackendHandler {

  /**
   * A frontend has connected.
   *
   * @param session what the port may ask of the session until {@link #disconnected}
   */
  void connected(SessionControl session);

  /**
   * The ring of a number.
   *
   * @param index below the number of rings that the port was made with
   * @return always the same, never null
   */
  RingControl ring(int index);

  /**
   * The guest's memory is another one. Views of it see that by themselves between two bursts; rings
   * that sleep are to be woken, so that the former memory is let go.
   *
   * @param completion to be called when no ring uses the former memory any more
   */
  void memoryChanged(Completion completion);

  /**
   * The guest shall be announced in the network, after a migration, because it cannot do so itself:
   * SEND_RARP.
   *
   * @param address the guest's, 48 bits, the first byte the highest
   */
  void announce(long address);

  /**
   * The guest's driver goes by this MTU: NET_SET_MTU.
   *
   * @param mtu bytes
   * @return whether the port can do so
   */
  boolean setMtu(int mtu);

  /**
   * The virtio status of the device has changed: SET_STATUS, or a reset.
   *
   * @param status VIRTIO_CONFIG_S_ bits; 0 after a reset
   */
  void statusChanged(int status);

  /**
   * The frontend is gone, or was sent away. All rings have been stopped before; afterwards the
   * session closes its descriptors and lets the memory go.
   *
   * @param reason why, in words
   */
  void disconnected(String reason);
}
