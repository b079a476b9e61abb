package io.fastvif.plan;

/**
 * A step that waits for another process or another machine. It is looked at now and then until it
 * has come to its end, and no thread waits with it.
 */
public sealed interface WaitingStep extends Step {

  /**
   * Waits until a vhost-user backend answers on a socket, and gives the socket away to who is to
   * connect to it. Equivalent to waiting for {@code fastvif vhost-user probe PATH} to succeed, and
   * {@code chmod} and {@code chown}.
   *
   * @param access what the socket shall have; null to leave it as the backend made it
   * @param timeoutMillis how long to wait
   */
  record AwaitBackend(String path, SocketAccess access, int timeoutMillis) implements WaitingStep {
    @Override
    public String toString() {
      return "wait up to "
          + timeoutMillis
          + " ms for a vhost-user backend on "
          + path
          + (access == null ? "" : ", then set " + access);
    }
  }

  /**
   * Associates a port with the switch outside, and waits for the switch's answer. Equivalent to
   * what libvirt does for {@code <virtualport>} when it starts a guest.
   *
   * @param preassociate whether the switch is only to make ready for the guest, which is running
   *     elsewhere
   * @param timeoutSeconds how long to wait for the answer
   */
  record AssociatePort(PortAssociation port, boolean preassociate, int timeoutSeconds)
      implements WaitingStep {
    @Override
    public String toString() {
      return (preassociate ? "preassociate " : "associate ") + port;
    }
  }

  /**
   * Takes a port's association back, and waits for the switch's answer; one that is not associated
   * is no error.
   *
   * @param timeoutSeconds how long to wait for the answer
   */
  record DisassociatePort(PortAssociation port, int timeoutSeconds) implements WaitingStep {
    @Override
    public String toString() {
      return "disassociate " + port;
    }
  }
}
