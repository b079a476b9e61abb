package io.fastvif.agent.systemd;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.Optional;

/**
 * The socket that the service manager listened on before it started this process: sd_listen_fds(3).
 * It has been there all along, so that no caller is refused while the agent starts again.
 */
public final class ListeningSockets {
  /** Which process the descriptors are for. */
  static final String LISTEN_PID = "LISTEN_PID";

  /** How many there are, from 3 on. */
  static final String LISTEN_FDS = "LISTEN_FDS";

  private static final int FIRST = 3;
  private static final int STANDARD_INPUT = 0;

  /** Another descriptor of it, to be passed on; negative for none. */
  private static volatile int kept = -1;

  private ListeningSockets() {}

  /**
   * Takes the socket over. Call it once, and first of all: it passes through the number of standard
   * input, which is how the JDK takes a socket that it has not opened itself.
   *
   * @param environment this process's variables
   * @return empty if the manager has handed over none to this process
   * @throws IOException if it has handed over something else than one unix stream socket that
   *     listens
   */
  public static Optional<ServerSocketChannel> take(Map<String, String> environment)
      throws IOException {
    String count = environment.get(LISTEN_FDS);
    String pid = environment.get(LISTEN_PID);
    if (count == null || !Long.toString(ProcessHandle.current().pid()).equals(pid)) {
      return Optional.empty();
    }
    if (!count.equals("1")) {
      throw new IOException(
          LISTEN_FDS
              + "="
              + count
              + ": the service manager hands over "
              + count
              + " sockets: expected 1, the agent's");
    }
    requireListening(FIRST, "descriptor 3 of the service manager");
    move(FIRST, STANDARD_INPUT);
    return Optional.of(ofStandardInput());
  }

  /**
   * Takes the socket that {@link #passOn} gave to this process as its standard input.
   *
   * @return empty if that is something else
   * @throws IOException if it cannot be taken
   */
  public static Optional<ServerSocketChannel> inherit() throws IOException {
    return Sockets.getsockopt(STANDARD_INPUT, SOL_SOCKET, SO_ACCEPTCONN) == 1
        ? Optional.of(ofStandardInput())
        : Optional.empty();
  }

  /**
   * Has the socket that was taken as standard input while something is done, such as to start a
   * process that inherits that; without a socket it is done as it is.
   */
  public static void passOn(Start start) throws IOException {
    int listening = kept;
    if (listening < 0) {
      start.now();
      return;
    }
    FileIo.close(STANDARD_INPUT);
    int got = FileIo.fcntl(listening, F_DUPFD, STANDARD_INPUT);
    try {
      if (got != STANDARD_INPUT) {
        throw new IOException("the socket cannot be given to another process");
      }
      start.now();
    } finally {
      occupy(STANDARD_INPUT);
    }
  }

  /** Starts a process. */
  @FunctionalInterface
  public interface Start {
    /** Does it. */
    void now() throws IOException;
  }

  private static ServerSocketChannel ofStandardInput() throws IOException {
    requireListening(STANDARD_INPUT, "standard input");
    kept = FileIo.fcntl(STANDARD_INPUT, F_DUPFD_CLOEXEC, FIRST);
    Channel channel = System.inheritedChannel();
    if (channel instanceof ServerSocketChannel listening) {
      // The JDK has made a descriptor of its own of it: none of these stays open behind it.
      occupy(STANDARD_INPUT);
      return listening;
    }
    throw new IOException("the JDK does not take the service manager's socket: " + channel);
  }

  private static void requireListening(int socket, String name) throws IOException {
    int domain = Sockets.getsockopt(socket, SOL_SOCKET, SO_DOMAIN);
    int type = Sockets.getsockopt(socket, SOL_SOCKET, SO_TYPE);
    int listens = Sockets.getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN);
    if (domain != AF_UNIX || type != SOCK_STREAM || listens != 1) {
      String what =
          domain < 0
              ? Errno.describe(-domain)
              : "domain "
                  + domain
                  + ", type "
                  + type
                  + ", "
                  + (listens == 1 ? "" : "not ")
                  + "listening";
      throw new IOException(
          name
              + " cannot be the agent's socket ("
              + what
              + "): expected a unix stream socket that listens");
    }
  }

  /** The lowest free number is the one that was just closed. */
  private static void move(int from, int to) throws IOException {
    FileIo.close(to);
    int got = FileIo.fcntl(from, F_DUPFD_CLOEXEC, to);
    FileIo.close(from);
    if (got != to) {
      throw new IOException(
          "descriptor "
              + from
              + " cannot become "
              + to
              + ": "
              + (got < 0 ? Errno.describe(-got) : "another thread has taken the number"));
    }
  }

  private static void occupy(int number) throws IOException {
    FileIo.close(number);
    int got = FileIo.open("/dev/null", O_RDONLY | O_CLOEXEC, 0);
    if (got != number) {
      throw new IOException("descriptor " + number + " cannot become /dev/null");
    }
  }
}
