package io.fastvif.fastpath;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.capture.CaptureOptions;
import io.fastvif.engine.GuestListener;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.LoopStatistics;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.ServedPort;
import io.fastvif.trace.Log;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketFile;
import io.fastvif.xdp.XdpException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

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
 * Any thread may call it; a port's tap or uplink is the one of the calling thread's network
 * namespace.
 */
public final class ForwardingPorts implements VhostUserPorts, AutoCloseable {
  /** Captures at once: each has memory for frames that wait for their reader. */
  private static final int MAX_CAPTURES = 8;

  private static final long PATIENCE_SECONDS = 5;

  private final Forwarder forwarder;
  private final Uplinks uplinks;
  private final SessionLoop sessions;
  private final NeighbourResponder neighbours = new NeighbourResponder();
  private final Guests guests = new Guests();
  private final ConcurrentSkipListMap<String, ForwardingPort> open = new ConcurrentSkipListMap<>();

  /** Held for reading by those who change the ports, for writing by a hand-over. */
  private final ReentrantReadWriteLock changes = new ReentrantReadWriteLock();

  /** Whether another process has the ports. */
  private volatile boolean given;

  private final Semaphore captures = new Semaphore(MAX_CAPTURES);
  private final Object burstsLock = new Object();
  private BurstReport closedBursts = BurstReport.none();

  private ForwardingPorts(Forwarder forwarder, SessionLoop sessions) {
    this.forwarder = forwarder;
    this.sessions = sessions;
    uplinks = new Uplinks(forwarder);
  }

  /**
   * Starts the threads.
   *
   * @param threads how many move frames
   * @param idle what they do without frames to move
   */
  public static ForwardingPorts start(int threads, Idle idle) {
    return of(Forwarder.start(threads, idle));
  }

  /**
   * Starts a thread for frames on each of these processors, and keeps it there.
   *
   * @param processors their numbers, from 0; best kept free of other work
   * @param idle what they do without frames to move
   * @throws SystemCallException EINVAL if there is no such processor, or the process may not use it
   */
  public static ForwardingPorts startOn(int[] processors, Idle idle) {
    return of(Forwarder.startOn(processors, idle));
  }

  private static ForwardingPorts of(Forwarder forwarder) {
    try {
      return new ForwardingPorts(forwarder, SessionLoop.start());
    } catch (RuntimeException | Error e) {
      forwarder.close();
      throw e;
    }
  }

  private interface Change {
    boolean make() throws IOException;
  }

  /** Changes which ports there are, or how: not while they are handed over. */
  private boolean change(Change change) throws IOException {
    changes.readLock().lock();
    try {
      if (given) {
        throw new FastvifIOException(
            FailureKind.BUSY, "another process has taken the vhost-user ports over");
      }
      return change.make();
    } finally {
      changes.readLock().unlock();
    }
  }

  /**
   * Does something with all ports while nobody opens, closes or limits one.
   *
   * @return what it returns: whether another process has them
   * @throws HandOverException if something else is done for too long
   */
  boolean exclusively(Predicate<List<ForwardingPort>> doing) {
    try {
      if (!changes.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new HandOverException("a port is being opened or closed for long: try again");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HandOverException("the process is about to end");
    }
    try {
      if (given) {
        throw new HandOverException("another process has taken the vhost-user ports over");
      }
      given = doing.test(List.copyOf(open.values()));
      return given;
    } finally {
      changes.writeLock().unlock();
    }
  }

  /** Lets ports go that another process has; within {@link #exclusively}. */
  void forget(List<ForwardingPort> ports) {
    for (ForwardingPort port : ports) {
      try {
        if (remove(port)) {
          port.abandon();
        }
      } catch (RuntimeException e) {
        Log.warning(
            ForwardingPorts.class, "something of a port that was handed over stays: " + e, e);
      }
    }
  }

  /**
   * Makes a port of another process again, without starting it.
   *
   * @param uplink as it was taken over; null for a tap
   */
  ForwardingPort restore(ServedPort port, HandOverReader reader, Uplink uplink) {
    return ForwardingPort.restore(
        port, reader, forwarder, uplinks, uplink, sessions, neighbours, guests);
  }

  /** Its uplinks, to be handed over or taken over. */
  HandedUplinks handedUplinks() {
    return new HandedUplinks(forwarder);
  }

  /** Takes ports that were taken over, and started, among its own. */
  void adopt(List<ForwardingPort> ports) {
    ports.forEach(port -> open.put(port.port().vifId(), port));
  }

  @Override
  public boolean open(ServedPort port) throws IOException {
    return change(() -> openHere(port));
  }

  private boolean openHere(ServedPort port) throws IOException {
    ForwardingPort former = open.get(port.vifId());
    if (former != null && former.isDead() && remove(former)) {
      former.close();
      former = null;
    }
    if (former == null) {
      if (port.listens()) {
        SocketFile.checkUnlocked(port.path());
      }
      if (!port.hasUplink()) {
        requireTap(port.tap());
      }
      ForwardingPort opened;
      try {
        opened = ForwardingPort.open(port, forwarder, uplinks, sessions, neighbours, guests);
      } catch (SocketException | XdpException | IllegalStateException refused) {
        throw new FastvifIOException(refused.getMessage(), refused);
      } catch (SystemCallException refused) {
        if (refused.errno() == Errno.EBUSY && !port.hasUplink()) {
          throw new FastvifIOException("another process has the tap " + port.tap(), refused);
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
      throw new FastvifIOException(
          FailureKind.EXISTS, "the VIF has another port open: " + former.port());
    }
    return false;
  }

  /** A tap that is not there would be made anew, and be nobody's. */
  private static void requireTap(String name) throws IOException {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.query(socket.link().get(name), message -> {});
    } catch (NetlinkException refused) {
      throw new FastvifIOException(
          "the tap " + name + " is not there: " + refused.getMessage(), refused);
    }
  }

  @Override
  public boolean limit(ServedPort port) throws IOException {
    return change(() -> limitHere(port));
  }

  private boolean limitHere(ServedPort port) throws IOException {
    ForwardingPort limited = open.get(port.vifId());
    if (limited == null || !limited.port().withRates(port.rates()).equals(port)) {
      throw new FastvifIOException(
          FailureKind.NOT_FOUND,
          "the VIF has no such port open to limit: "
              + (limited == null ? "it has none" : limited.port()));
    }
    return limited.limit(port.rates());
  }

  @Override
  public boolean close(ServedPort port) throws IOException {
    return change(() -> closeHere(port));
  }

  private boolean closeHere(ServedPort port) throws IOException {
    ForwardingPort former = open.get(port.vifId());
    if (former == null || !remove(former)) {
      return VhostUserPorts.removeUnserved(port);
    }
    former.close();
    return true;
  }

  @Override
  public List<ServedPort> open() {
    return open.values().stream().map(ForwardingPort::port).toList();
  }

  @Override
  public void tell(GuestListener listener) {
    guests.told = listener;
  }

  /** Tells whoever wants to know. */
  private static final class Guests implements GuestListener {
    private volatile GuestListener told;

    @Override
    public void connected(ServedPort port) {
      GuestListener listener = told;
      if (listener != null) {
        listener.connected(port);
      }
    }

    @Override
    public void left(ServedPort port, String reason) {
      GuestListener listener = told;
      if (listener != null) {
        listener.left(port, reason);
      }
    }
  }

  /** Takes a port out, and keeps what its bursts were; false if somebody else has. */
  private boolean remove(ForwardingPort port) {
    synchronized (burstsLock) {
      boolean removed = open.remove(port.port().vifId(), port);
      if (removed) {
        closedBursts = closedBursts.plus(port.statistics());
      }
      return removed;
    }
  }

  /** How large the bursts of all ports were and how long they stayed. */
  public BurstReport bursts() {
    synchronized (burstsLock) {
      BurstReport all = closedBursts;
      for (ForwardingPort port : open.values()) {
        all = all.plus(port.statistics());
      }
      return all;
    }
  }

  private Optional<ForwardingPort> find(String idOrName) {
    ForwardingPort port = open.get(idOrName);
    return port != null
        ? Optional.of(port)
        : open.values().stream().filter(each -> each.port().name().equals(idOrName)).findFirst();
  }

  /**
   * All counters of a port.
   *
   * @param port its VIF's id, or its name
   * @return nothing if no such port is open
   */
  public Optional<PortStatistics> statistics(String port) {
    return find(port).map(ForwardingPort::statistics);
  }

  /**
   * The last messages of a port's sessions.
   *
   * @param port its VIF's id, or its name
   * @return nothing if no such port is open
   */
  public Optional<SessionTrace> trace(String port) {
    return find(port).map(ForwardingPort::trace);
  }

  /**
   * Begins to capture a port's frames.
   *
   * @param port its VIF's id, or its name
   * @return to be closed; nothing if no such port is open
   * @throws FastvifIOException of kind BUSY if there are as many captures as may be at once
   */
  public Optional<PortCapture> capture(String port, CaptureOptions options)
      throws FastvifIOException {
    Optional<ForwardingPort> found = find(port);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!captures.tryAcquire()) {
      throw new FastvifIOException(
          FailureKind.BUSY,
          MAX_CAPTURES + " captures are under way: expected to wait until one ends");
    }
    return Optional.of(found.get().capture(options, captures::release));
  }

  /** What the open ports have done, in the order of their VIFs' ids. */
  public List<PortReport> reports() {
    return open.values().stream().map(ForwardingPort::report).toList();
  }

  /** What the threads that move frames have done, in the order of their numbers. */
  public List<LoopStatistics> loops() {
    return forwarder.loops();
  }

  /** What has passed the links of the host that ports share, in the order of their names. */
  public List<UplinkReport> uplinks() {
    return uplinks.reports();
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
    RuntimeException first;
    changes.readLock().lock(); // a hand-over that is under way ends first
    try {
      first = closePorts();
    } finally {
      changes.readLock().unlock();
    }
    forwarder.close();
    sessions.close();
    neighbours.close();
    if (first != null) {
      throw first;
    }
  }

  private RuntimeException closePorts() {
    RuntimeException first = null;
    for (String vifId : open.keySet()) {
      ForwardingPort former = open.get(vifId);
      try {
        if (former != null && remove(former)) {
          former.close();
        }
      } catch (RuntimeException failed) {
        first = first == null ? failed : first;
      }
    }
    return first;
  }
}
