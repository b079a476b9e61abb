package io.fastvif.fastpath;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.engine.GuestListener;
import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Port;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.TapPort;
import io.fastvif.forward.UplinkSwitchPort;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import io.fastvif.vhostuser.session.BackendHandOver;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vif.PortRates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A port that is open: the host's side, the guest's, the pair of both, and the socket. */
final class ForwardingPort implements BackendObserver, AutoCloseable {
  private static final String GUEST = "guest of ";

  private volatile ServedPort port;
  private final Forwarder forwarder;
  private final GuestListener guests;

  private final Uplinks uplinks;

  /** Null with a tap. */
  private final Uplink uplink;

  /** The tap, or a port of the uplink's switch. */
  private final Port host;

  private final VhostUserPort guest;
  private PortPair pair;

  /** Ends the answers to the guest's neighbour solicitations; null where none are given. */
  private Runnable answersEnd;

  private VhostUserBackend backend;
  private SessionTrace trace;
  private volatile boolean connected;
  private final AtomicLong connections = new AtomicLong();

  /** Why the last frontend left; empty while one is there. */
  private volatile String left = "";

  private ForwardingPort(
      ServedPort port,
      Forwarder forwarder,
      Uplinks uplinks,
      Uplink uplink,
      Port host,
      GuestListener guests) {
    this.port = port;
    this.uplinks = uplinks;
    this.uplink = uplink;
    this.host = host;
    this.forwarder = forwarder;
    this.guests = guests;
    String name = GUEST + port.name();
    guest =
        uplink == null
            ? VhostUserPort.toHost(name, port.queuePairs())
            : VhostUserPort.toGuest(name, port.queuePairs());
    guest.limit(port.rates());
  }

  /** Opens it; the socket comes last. */
  @SuppressWarnings("try") // it ends with the block
  static ForwardingPort open(
      ServedPort port,
      Forwarder forwarder,
      Uplinks uplinks,
      SessionLoop sessions,
      NeighbourResponder neighbours,
      GuestListener guests)
      throws IOException {
    Uplink uplink = port.hasUplink() ? uplinks.join(port) : null;
    Port host =
        uplink == null
            ? TapPort.attach(port.tap(), port.queuePairs(), port.wholeFrames())
            : uplink.port(GUEST + port.name(), port);
    ForwardingPort opened = new ForwardingPort(port, forwarder, uplinks, uplink, host, guests);
    try (Tracing.Scope ofVif = Tracing.forVif(port.vifId());
        Tracing.Scope traced = Tracing.begin(opened.traceTold(Tracing.current()))) {
      opened.answerSolicitations(neighbours);
      opened.pair = forwarder.connect(opened.guest, opened.host);
      opened.backend = opened.backend(sessions);
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Takes one over from another process: all is there, nothing is started.
   *
   * @param port as it is open there
   * @param uplink as it was taken over, held; null for a tap
   * @throws RuntimeException if it cannot be; nothing is left of it then
   */
  @SuppressWarnings("try") // it ends with the block
  static ForwardingPort restore(
      ServedPort port,
      HandOverReader reader,
      Forwarder forwarder,
      Uplinks uplinks,
      Uplink uplink,
      SessionLoop sessions,
      NeighbourResponder neighbours,
      GuestListener guests) {
    Port host =
        uplink == null
            ? TapPort.restore(reader, port.wholeFrames())
            : uplink.port(GUEST + port.name(), port);
    if (uplink != null) {
      uplinks.join(port, uplink);
    }
    ForwardingPort taken = new ForwardingPort(port, forwarder, uplinks, uplink, host, guests);
    try (Tracing.Scope ofVif = Tracing.forVif(port.vifId());
        Tracing.Scope traced = Tracing.begin(taken.traceTold(Tracing.current()))) {
      taken.answerSolicitations(neighbours); // until the other process ends, both do
      taken.pair =
          uplink == null
              ? forwarder.connect(taken.guest, taken.host)
              : forwarder.connectHeld(taken.guest, taken.host);
      int mtu = reader.number();
      taken.connections.set(reader.longNumber());
      BackendOptions options = BackendOptions.of(taken.guest.features(), port.queuePairs());
      taken.backend = VhostUserBackend.restore(sessions, reader, options, taken.guest, taken);
      if (mtu > 0) {
        boolean unused = taken.guest.setMtu(mtu);
      }
      return taken;
    } catch (RuntimeException | Error e) {
      taken.disconnect();
      throw e;
    }
  }

  /** Answers on a routed port's tap, which the plan has told to answer for others. */
  private void answerSolicitations(NeighbourResponder neighbours) {
    if (NeighbourResponder.isWanted(port.tap())) {
      answersEnd = neighbours.answer(port.tap());
    }
  }

  /** Writes what {@link #restore} takes; the sessions must be frozen. */
  void save(HandOverWriter writer) {
    if (host instanceof TapPort tap) {
      tap.save(writer);
    }
    // the frontend that is there is counted again where it is taken over
    writer.number(guest.mtu()).number(connections.get() - (connected ? 1 : 0));
    handOver().save(writer);
  }

  /** Null with a tap. */
  Uplink uplink() {
    return uplink;
  }

  /** Its uplink's port of the switch. */
  UplinkSwitchPort switchPort() {
    return (UplinkSwitchPort) host;
  }

  /** The guest's port and the other one. */
  PortPair pair() {
    return pair;
  }

  /** The guest's port. */
  VhostUserPort guest() {
    return guest;
  }

  /** A hand-over of its backend, as that is now. */
  BackendHandOver handOver() {
    return new BackendHandOver(backend);
  }

  /** Lets everything go, which another process has. */
  void abandon() {
    try {
      handOver().abandon();
    } finally {
      disconnect();
    }
  }

  private SessionTrace traceTold(Tracer other) {
    String namespace = Tracing.namespace();
    trace = new SessionTrace(port.name(), other, namespace == null ? "" : namespace);
    return trace;
  }

  private VhostUserBackend backend(SessionLoop sessions) {
    BackendOptions options = BackendOptions.of(guest.features(), port.queuePairs());
    if (!port.listens()) {
      return VhostUserBackend.connect(sessions, port.path(), options, guest, this);
    }
    ListenOptions socket =
        new ListenOptions(
            port.path(),
            port.access().permissions(),
            port.access().owner().orElse(ListenOptions.UNCHANGED),
            port.access().group().orElse(ListenOptions.UNCHANGED));
    return VhostUserBackend.listen(sessions, socket, options, guest, this);
  }

  ServedPort port() {
    return port;
  }

  /** Limits its traffic; false if it is limited so already. */
  synchronized boolean limit(PortRates rates) {
    if (port.rates().equals(rates)) {
      return false;
    }
    guest.limit(rates);
    port = port.withRates(rates);
    return true;
  }

  @Override
  public void connected() {
    connected = true;
    left = "";
    connections.incrementAndGet();
    guests.connected(port);
  }

  @Override
  public void connectionFailed(String reason) {
    if (!connected) {
      left = reason;
    }
  }

  @Override
  public void disconnected(boolean owner, String reason) {
    if (owner) {
      connected = false;
      left = reason;
      guests.left(port, reason);
    }
  }

  /** The last messages of its sessions. */
  SessionTrace trace() {
    return trace;
  }

  PortCapture capture(CaptureOptions options, Runnable released) {
    FrameCapture capture = Forwarder.capture(port.name(), options);
    try {
      forwarder.beginCapture(pair, guest, capture);
      return new PortCapture(capture, forwarder, pair, released);
    } catch (RuntimeException | Error e) {
      capture.end(); // its memory stays: a thread that does not answer may still begin to use it
      throw e;
    }
  }

  PortStatistics statistics() {
    List<FlowStatistics> in = new ArrayList<>();
    List<FlowStatistics> out = new ArrayList<>();
    for (FlowStatistics flow : pair.statistics()) {
      (flow.flow().startsWith(GUEST) ? in : out).add(flow);
    }
    return new PortStatistics(report(), in, out, pair.loops());
  }

  PortReport report() {
    DirectionSum fromGuest = new DirectionSum();
    DirectionSum toGuest = new DirectionSum();
    for (FlowStatistics flow : pair.statistics()) {
      (flow.flow().startsWith(GUEST) ? fromGuest : toGuest).add(flow);
    }
    return new PortReport(
        port, connected, connections.get(), problem(), fromGuest.direction(), toGuest.direction());
  }

  /**
   * Whether it forwards nothing any more, whatever the frontend does: the tap or the uplink was
   * deleted, or a fault has stopped it.
   */
  boolean isDead() {
    return host.isDead() || (uplink != null && uplink.isDead());
  }

  private String problem() {
    String ofHost = uplink == null ? host.problem() : uplink.problem();
    if (!ofHost.isEmpty()) {
      return ofHost;
    }
    if (!connected) {
      return left;
    }
    String problem = guest.problem();
    // The hypervisor tells the guest its MTU; what is longer than the network's gets lost behind
    // it.
    return problem.isEmpty() && guest.mtu() > port.mtu()
        ? "the guest goes by an MTU of " + guest.mtu()
        : problem;
  }

  /** The socket goes first: then no ring is used any more. What fails keeps nothing else open. */
  @Override
  public void close() {
    try {
      if (backend != null) {
        backend.close();
      }
    } finally {
      disconnect();
    }
  }

  private void disconnect() {
    try {
      if (pair != null) {
        forwarder.disconnect(pair);
      }
    } finally {
      if (answersEnd != null) {
        answersEnd.run();
      }
      guest.close();
      host.close();
      if (uplink != null) {
        uplinks.leave(uplink, port);
      }
    }
  }
}
