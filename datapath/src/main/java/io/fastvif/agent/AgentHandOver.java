package io.fastvif.agent;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.fastpath.HandOverServer;
import io.fastvif.fastpath.HandOverSteps;
import io.fastvif.fastpath.TakeOver;
import io.fastvif.handover.HandOverException;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How an agent's vhost-user ports go to the agent of the next version: over a socket, while guests
 * run. The next agent takes them over first of all. Then the one before ends, and lets its locks
 * go, which the next one waits for; it finds the ports of what was declared open.
 *
 * @param socket where an agent gives its ports
 * @param takesOver whether to take them over from the agent that listens there; if none does, all
 *     begins anew
 * @param whenTaken told when they were taken over, while the other agent ends
 * @param whenGiven told when the next agent has them: this one is to be closed
 */
public record AgentHandOver(
    Path socket, boolean takesOver, Runnable whenTaken, Runnable whenGiven) {
  /** Longer than an agent takes to end. */
  private static final long END_MILLIS = 60_000;

  /** Checks that nothing is missing. */
  public AgentHandOver {
    Objects.requireNonNull(socket);
    Objects.requireNonNull(whenTaken);
    Objects.requireNonNull(whenGiven);
  }

  /**
   * Takes ports over, waits for the other agent's end, and listens for the next one.
   *
   * @param ports gets them
   * @throws IOException if the other agent keeps its ports, or nobody can listen there
   */
  HandOverServer begin(ForwardingPorts ports) throws IOException {
    HandOverServer taken = takesOver ? take(ports) : null;
    if (taken != null) {
      return taken;
    }
    try {
      return HandOverServer.listen(socket.toString(), ports, HandOverSteps.NONE, whenGiven);
    } catch (RuntimeException refused) {
      throw new IOException("no ports can be handed over: " + refused.getMessage(), refused);
    }
  }

  private HandOverServer take(ForwardingPorts ports) throws IOException {
    try (TakeOver taken = TakeOver.from(socket.toString(), ports, HandOverSteps.NONE)) {
      whenTaken.run();
      HandOverServer server =
          HandOverServer.on(taken.listener(), ports, HandOverSteps.NONE, whenGiven);
      if (!taken.awaitEnd(END_MILLIS)) {
        Log.warning(AgentHandOver.class, "the agent that had the ports does not end");
      }
      return server;
    } catch (HandOverException refused) {
      if (!refused.hasOtherEnded()) {
        throw new IOException(socket + ": " + refused.getMessage(), refused);
      }
      Log.warning(AgentHandOver.class, socket + ": " + refused.getMessage());
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.ENOENT && refused.errno() != Errno.ECONNREFUSED) {
        throw new IOException(socket + ": " + refused.getMessage(), refused);
      }
    }
    Log.info(AgentHandOver.class, "no agent gives its ports: they begin anew");
    return null;
  }
}
