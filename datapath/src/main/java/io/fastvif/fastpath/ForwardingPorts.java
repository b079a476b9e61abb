package io.fastvif.fastpath;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.ServedPort;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.SocketException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * Serves vhost-user ports, for an engine:
 *
 * <pre>{@code
 * try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
 *     PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
 *   // plug and unplug VIFs of the plugin vhostuser_fp
 * }
 * }</pre>
 *
 * Any thread may call it; a port's tap is the one of the calling thread's network namespace.
 */
public final class ForwardingPorts implements VhostUserPorts, AutoCloseable {
  private final Forwarder forwarder;
  private final SessionLoop sessions;
  private final ConcurrentSkipListMap<String, OpenPort> open = new ConcurrentSkipListMap<>();

  private ForwardingPorts(Forwarder forwarder, SessionLoop sessions) {
    this.forwarder = forwarder;
    this.sessions = sessions;
  }

  /**
   * Starts the threads.
   *
   * @param threads how many move frames
   * @param idle what they do without frames to move
   */
  public static ForwardingPorts start(int threads, Idle idle) {
    Forwarder forwarder = Forwarder.start(threads, idle);
    try {
      return new ForwardingPorts(forwarder, SessionLoop.start());
    } catch (RuntimeException | Error e) {
      forwarder.close();
      throw e;
    }
  }

  @Override
  public boolean open(ServedPort port) throws IOException {
    OpenPort former = open.get(port.vifId());
    if (former != null && former.isDead() && open.remove(port.vifId(), former)) {
      former.close();
      former = null;
    }
    if (former == null) {
      requireTap(port.tap());
      OpenPort opened;
      try {
        opened = OpenPort.open(port, forwarder, sessions);
      } catch (SocketException | IllegalStateException refused) {
        throw new IOException(refused.getMessage(), refused);
      } catch (SystemCallException refused) {
        if (refused.errno() == Errno.EBUSY) {
          throw new IOException("another process has the tap " + port.tap(), refused);
        }
        throw refused;
      }
      former = open.putIfAbsent(port.vifId(), opened);
      if (former == null) {
        return true;
      }
      opened.close();
    }
    if (!former.port().equals(port)) {
      throw new IOException("the VIF has another port open: " + former.port());
    }
    return false;
  }

  /** A tap that is not there would be made anew, and be nobody's. */
  private static void requireTap(String name) throws IOException {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.query(socket.link().get(name), message -> {});
    } catch (NetlinkException refused) {
      throw new IOException("the tap " + name + " is not there: " + refused.getMessage(), refused);
    }
  }

  @Override
  public boolean close(ServedPort port) throws IOException {
    OpenPort former = open.remove(port.vifId());
    if (former == null) {
      return VhostUserPorts.removeUnserved(port);
    }
    former.close();
    return true;
  }

  @Override
  public List<ServedPort> open() {
    return open.values().stream().map(OpenPort::port).toList();
  }

  /** What the open ports have done, in the order of their VIFs' ids. */
  public List<PortReport> reports() {
    return open.values().stream().map(OpenPort::report).toList();
  }

  /**
   * The first thing that went wrong in the threads that move frames and that no guest can be blamed
   * for; null for nothing.
   */
  public Throwable failure() {
    return forwarder.failure();
  }

  /**
   * Has somebody told of that.
   *
   * @param listener is called once at most, by any thread
   */
  public void onFailure(Consumer<Throwable> listener) {
    forwarder.onFailure(listener);
  }

  /** Closes all ports and ends the threads; the taps and their places in the switches stay. */
  @Override
  public void close() {
    RuntimeException first = null;
    for (String vifId : open.keySet()) {
      OpenPort former = open.remove(vifId);
      try {
        if (former != null) {
          former.close();
        }
      } catch (RuntimeException failed) {
        first = first == null ? failed : first;
      }
    }
    forwarder.close();
    sessions.close();
    if (first != null) {
      throw first;
    }
  }
}
