package io.fastvif.cli;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.fastpath.HandOverServer;
import io.fastvif.fastpath.HandOverSteps;
import io.fastvif.fastpath.TakeOver;
import io.fastvif.handover.HandOverException;
import io.fastvif.vhostuser.session.SocketException;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * Hands the ports of {@code vhost-user serve} over to a process of the next version, and takes them
 * over from one of the version before.
 */
final class ServeHandOver implements AutoCloseable {
  static final Option HAND_OVER =
      Option.value(
          "--hand-over",
          "SOCKET",
          "Listen here, to root and this user, for a process with --take-over, and end when it has"
              + " the ports.");

  static final Option TAKE_OVER =
      Option.value(
          "--take-over",
          "SOCKET",
          "First take the ports over from the process that listens here, without a lost frame, and"
              + " listen here after it. If nobody does, begin anew.");

  /** How long a process that has handed its ports over may take to end. */
  private static final long END_MILLIS = 10_000;

  private final HandOverServer server;

  private ServeHandOver(HandOverServer server) {
    this.server = server;
  }

  /**
   * Takes ports over if that is asked for, and listens for whoever takes these over.
   *
   * @param signal is asked to end when another process has the ports
   * @throws WrongInputException if it cannot listen there
   * @throws IOException if another process keeps the ports
   */
  static ServeHandOver begin(
      Arguments arguments, ForwardingPorts ports, EndSignal signal, PrintWriter err)
      throws IOException {
    String from = arguments.value(TAKE_OVER);
    String path = from == null ? arguments.value(HAND_OVER) : from;
    if (from != null && arguments.has(HAND_OVER)) {
      throw WrongInputException.of(
          HAND_OVER.name() + " and " + TAKE_OVER.name() + " are one socket: expected one of them");
    }
    if (path == null) {
      return new ServeHandOver(null);
    }
    try {
      HandOverServer taken = from == null ? null : take(path, ports, signal, err);
      if (taken != null) {
        return new ServeHandOver(taken);
      }
      HandOverServer server = HandOverServer.listen(path, ports, HandOverSteps.NONE, signal::ask);
      if (from != null) {
        err.println("fastvif: the ports are opened anew");
        err.flush();
      }
      return new ServeHandOver(server);
    } catch (SocketException | SystemCallException refused) {
      throw WrongInputException.of(
          (from == null ? HAND_OVER : TAKE_OVER).name() + ": " + refused.getMessage());
    }
  }

  /** Takes ports over; null if nobody gives any. */
  private static HandOverServer take(
      String path, ForwardingPorts ports, EndSignal signal, PrintWriter err) throws IOException {
    try (TakeOver taken = TakeOver.from(path, ports, HandOverSteps.NONE)) {
      HandOverServer server =
          HandOverServer.on(taken.listener(), ports, HandOverSteps.NONE, signal::ask);
      err.printf(
          "fastvif: %d ports were taken over, %.1f ms after they stopped there%n",
          taken.ports(), taken.pauseNanos() / 1e6);
      if (!taken.awaitEnd(END_MILLIS)) {
        err.println("fastvif: the process that had the ports has not ended yet");
      }
      err.flush();
      return server;
    } catch (HandOverException refused) {
      if (!refused.hasOtherEnded()) {
        throw new IOException(path + ": " + refused.getMessage(), refused);
      }
      err.println("fastvif: " + path + ": " + refused.getMessage());
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.ENOENT && refused.errno() != Errno.ECONNREFUSED) {
        throw new IOException(path + ": " + refused.getMessage(), refused);
      }
    }
    err.flush();
    return null;
  }

  /** Whether another process has the ports. */
  boolean isGiven() {
    return server != null && server.isGiven();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
