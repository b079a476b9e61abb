package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import java.util.function.Consumer;

/**
 * Connects to a listening frontend, again and again until it succeeds, and once more when the
 * connection is lost. The pause doubles from 50 ms to 3.2 s; it begins anew when a frontend has set
 * up the port. On the loop's thread only.
 */
final class BackendConnector implements AutoCloseable {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 3_200;

  private final SessionLoop loop;
  private final String path;
  private final Consumer<FileDescriptor> connected;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private SessionLoop.Timer timer;
  private boolean closed;

  BackendConnector(SessionLoop loop, String path, Consumer<FileDescriptor> connected) {
    this.loop = loop;
    this.path = path;
    this.connected = connected;
  }

  void start() {
    timer = null;
    if (closed) {
      return;
    }
    FileDescriptor socket = UnixAddress.socket();
    int result = UnixAddress.connect(socket.value(), path);
    if (result == 0) {
      connected.accept(socket);
    } else {
      socket.close();
      retry(false);
    }
  }

  /** The connection is lost, or could not be made. */
  void retry(boolean wasOwner) {
    if (closed || timer != null) {
      return;
    }
    if (wasOwner) {
      pauseMillis = FIRST_PAUSE_MILLIS;
    }
    timer = loop.atRound(pauseMillis, this::start);
    pauseMillis = Math.min(2 * pauseMillis, LAST_PAUSE_MILLIS);
  }

  @Override
  public void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
