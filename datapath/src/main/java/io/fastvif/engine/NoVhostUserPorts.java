package io.fastvif.engine;

import io.fastvif.plan.ServedPort;
import java.io.IOException;
import java.util.List;

/**
 * No forwarder: this process opens no port. It may close one whose forwarder has ended without
 * cleaning up, because nothing is left of that but its socket.
 */
final class NoVhostUserPorts implements VhostUserPorts {
  @Override
  public boolean open(ServedPort port) throws IOException {
    throw noForwarder();
  }

  @Override
  public boolean limit(ServedPort port) throws IOException {
    throw noForwarder();
  }

  private static IOException noForwarder() {
    return new IOException(
        "a vhost-user port lives as long as the process that serves it: needs one that stays, such"
            + " as `fastvif vhost-user serve`, or an agent whose engine has a forwarder");
  }

  @Override
  public boolean close(ServedPort port) throws IOException {
    return VhostUserPorts.removeUnserved(port);
  }

  @Override
  public List<ServedPort> open() {
    return List.of();
  }
}
