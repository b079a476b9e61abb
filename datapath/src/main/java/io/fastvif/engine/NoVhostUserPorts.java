package io.fastvif.engine;

import io.fastvif.plan.VhostUserPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * No forwarder: this process opens no port. It may close one whose forwarder has ended without
 * cleaning up, because nothing is left of that but its socket.
 */
final class NoVhostUserPorts implements VhostUserPorts {
  @Override
  public boolean open(VhostUserPort port) throws IOException {
    throw new IOException(
        "a vhost-user port lives as long as the process that serves it: needs one that stays, such"
            + " as `fastvif vhost-user serve`, or an agent whose engine has a forwarder");
  }

  @Override
  public boolean close(VhostUserPort port) throws IOException {
    Path socket = Path.of(port.path());
    if (port.listens() && SocketFiles.answers(socket)) {
      throw new IOException("another process serves it: end that, or unplug there");
    }
    return port.listens() && SocketFiles.removeStale(socket);
  }

  @Override
  public List<VhostUserPort> open() {
    return List.of();
  }
}
