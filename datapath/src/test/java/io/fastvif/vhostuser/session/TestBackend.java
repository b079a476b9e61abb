package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

/** A listening backend whose port has no rings, with a thread of its own. */
public final class TestBackend implements AutoCloseable {
  private final SessionLoop loop = SessionLoop.start();
  private final RecordingBackend port = new RecordingBackend();
  private final VhostUserBackend backend;

  private TestBackend(String path, int queuePairs) {
    backend =
        VhostUserBackend.listen(
            loop,
            ListenOptions.of(path),
            BackendOptions.of(1L << VIRTIO_F_VERSION_1, queuePairs),
            port,
            port);
  }

  /** Listens on a socket. */
  public static TestBackend listen(String path, int queuePairs) {
    return new TestBackend(path, queuePairs);
  }

  /** How many frontends have begun to set up the port. */
  public long frontends() {
    return port.events.stream().filter("connected"::equals).count();
  }

  /** How many connections have come and gone. */
  public long endedSessions() {
    return port.events.stream().filter(event -> event.startsWith("closed")).count();
  }

  @Override
  public void close() {
    backend.close();
    loop.close();
  }
}
