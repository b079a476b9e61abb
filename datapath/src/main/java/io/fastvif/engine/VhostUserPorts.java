package io.fastvif.engine;

import io.fastvif.plan.ServedPort;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketFile;
import java.io.IOException;
import java.util.List;

/**
 * The forwarder that serves this host's vhost-user ports, for an engine. A port lives as long as
 * the process that serves it, so only a process that stays has a forwarder: an agent gives its
 * engine one by {@link PlugEngineBuilder#vhostUser}; {@code fastvif vhost-user serve} is one.
 *
 * <p>Several threads of the engine call it at once, all in the engine's network namespace, where
 * the taps are; a call may take its time.
 */
public interface VhostUserPorts {

  /**
   * Opens a port; when it returns, its socket is there for the hypervisor to connect to, or the
   * port has begun to try to connect.
   *
   * @return false if it is open just so already
   * @throws IOException if it cannot be opened, or the VIF has a port that is open otherwise;
   *     nothing is left of it then
   */
  boolean open(ServedPort port) throws IOException;

  /**
   * Limits the traffic of the VIF's port, which stays open and keeps its guest.
   *
   * @param port as it is open, but for its rates
   * @return false if it has just these limits already
   * @throws IOException if the VIF has no such port open
   */
  boolean limit(ServedPort port) throws IOException;

  /**
   * Closes the VIF's port; when it returns, nothing of the guest's memory is used, the tap is free
   * and a socket that the port made is gone.
   *
   * @return false if it is not open
   * @throws IOException if it cannot be closed
   */
  boolean close(ServedPort port) throws IOException;

  /** The ports that are open. */
  List<ServedPort> open();

  /**
   * Has somebody told of the guests from now on.
   *
   * @param listener null for nobody any more
   */
  default void tell(GuestListener listener) {}

  /**
   * Closes a port that no process serves any more, of which nothing but the socket is left.
   *
   * @return false if nothing is left of it
   * @throws IOException if a process does serve it, or what is there is no socket
   */
  static boolean removeUnserved(ServedPort port) throws IOException {
    try {
      if (!port.listens()) {
        return false;
      }
      SocketFile.checkUnlocked(port.path());
      return SocketFile.removeIfDead(port.path());
    } catch (SocketException refused) {
      throw new IOException(
          refused.getMessage() + ": if another process serves it, end that, or unplug there",
          refused);
    }
  }
}
