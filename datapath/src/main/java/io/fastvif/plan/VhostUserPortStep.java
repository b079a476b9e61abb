package io.fastvif.plan;

/**
 * One typed change of the forwarder that serves vhost-user ports, which only a process that stays
 * has. {@code toString()} says what it does, as of {@link Step}.
 */
public sealed interface VhostUserPortStep extends SlowStep {
  /** The port that it is about. */
  ServedPort port();

  /**
   * Opens a vhost-user port: makes its socket, or begins to connect to the hypervisor's, and moves
   * frames between the guest and the tap from then on. Nothing is done for one that is open just
   * so.
   */
  record OpenPort(ServedPort port) implements VhostUserPortStep {
    @Override
    public String toString() {
      return "open " + port;
    }
  }

  /**
   * Limits the traffic of a vhost-user port that is open, as {@code port} has it, while its guest
   * goes on.
   */
  record LimitPort(ServedPort port) implements VhostUserPortStep {
    @Override
    public String toString() {
      return port.rates().limits()
          ? "limit vhost-user port " + port.name() + ": " + port.rates()
          : "limit vhost-user port " + port.name() + " no more";
    }
  }

  /**
   * Closes a vhost-user port: the guest is disconnected, the tap let go, and a socket of the port's
   * own removed. Nothing is done for one that is not open.
   */
  record ClosePort(ServedPort port) implements VhostUserPortStep {
    @Override
    public String toString() {
      return "close vhost-user port " + port.name() + " on " + port.path();
    }
  }
}
