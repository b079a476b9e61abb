package io.fastvif.vhostuser.session;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.SystemCallException;
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
  private final Consumer<String> failed;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private SessionLoop.Timer timer;
  private boolean closed;
  private boolean paused;

  /**
   * @param connected takes a connected socket over, or throws and leaves it
   * @param failed takes the reason why none could be made, unless no frontend listens yet
   */
  BackendConnector(
      SessionLoop loop, String path, Consumer<FileDescriptor> connected, Consumer<String> failed) {
    this.loop = loop;
    this.path = path;
    this.connected = connected;
    this.failed = failed;
  }

  void start() {
    timer = null;
    if (closed || paused) {
      return;
    }
    String reason = connect();
    if (reason != null) {
      retry(false);
      if (!reason.isEmpty()) {
        failed.accept(reason);
      }
    }
  }

  /** Null if it connected, the reason if it could not, which is empty for nobody who listens. */
  private String connect() {
    try {
      FileDescriptor socket = UnixAddress.socket();
      try {
        int result = UnixAddress.connect(socket.value(), path);
        if (result == 0) {
          connected.accept(socket);
          return null;
        }
        socket.close();
        boolean awaited =
            result == -Errno.ENOENT || result == -Errno.ECONNREFUSED || result == -Errno.EAGAIN;
        return awaited ? "" : new SystemCallException("connect", -result, path).getMessage();
      } catch (RuntimeException | Error e) {
        socket.close();
        throw e;
      }
    } catch (SystemCallException refused) {
      return refused.getMessage();
    } catch (RuntimeException | Error e) {
      return e.toString();
    }
  }

  /** The connection is lost, or could not be made. */
  void retry(boolean wasOwner) {
    if (closed || paused || timer != null) {
      return;
    }
    if (wasOwner) {
      pauseMillis = FIRST_PAUSE_MILLIS;
    }
    timer = loop.atRound(pauseMillis, this::start);
    pauseMillis = Math.min(2 * pauseMillis, LAST_PAUSE_MILLIS);
  }

  String path() {
    return path;
  }

  /** Makes no connection until it is started again. */
  void pause() {
    paused = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Goes on; without a connection it makes one. */
  void resume(boolean isConnected) {
    paused = false;
    if (!isConnected) {
      start();
    }
  }

  @Override
  public void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
