package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.TapPort;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.nio.file.Path;

/** A vhost-user port joined to a tap of the calling thread's network namespace. */
final class GuestPort implements AutoCloseable {
  static final String TAP = "vhu0";
  static final String ADDRESS = "192.0.2.1";
  private static final String GUEST = "guest";

  private final Forwarder forwarder;
  private final TapPort tap;
  private final SessionLoop sessions = SessionLoop.start();
  private final VhostUserBackend backend;
  private final PortPair pair;

  GuestPort(Path socket, int queues) throws Exception {
    this(socket, queues, Idle.ADAPTIVE);
  }

  GuestPort(Path socket, int queues, Idle idle) throws Exception {
    this(socket, queues, idle, TAP);
    up(TAP, ADDRESS);
  }

  /** With a tap of that name, which is down and has no address. */
  GuestPort(Path socket, int queues, Idle idle, String tapName) {
    forwarder = Forwarder.start(1, idle);
    tap = TapPort.attach(tapName, queues);
    VhostUserPort guest = VhostUserPort.toHost(GUEST, queues);
    pair = forwarder.connect(guest, tap);
    backend =
        VhostUserBackend.listen(
            sessions,
            ListenOptions.of(socket.toString()),
            BackendOptions.of(guest.features(), queues),
            guest,
            BackendObserver.NONE);
  }

  /** Gives a link of the host an address of 24 bits, and brings it up. */
  static void up(String link, String address) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("address add " + address + "/24 dev " + link);
    ip.run("link set " + link + " up");
  }

  /** One direction of one queue pair. */
  FlowStatistics flow(boolean fromGuest, int queue) {
    return pair.statistics().stream()
        .filter(flow -> flow.flow().startsWith(GUEST) == fromGuest && flow.queue() == queue)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    backend.close();
    forwarder.disconnect(pair);
    tap.close();
    sessions.close();
    forwarder.close();
    assertNull(forwarder.failure());
  }
}
