package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.event.Events;
import io.fastvif.event.ResyncEvent;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.trace.Log;
import io.fastvif.trace.Tracing;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a snapshot of a network namespace current from the kernel's events, in the namespace of the
 * thread that opens it. Any thread may use it.
 *
 * <p>{@link #snapshot()} takes in the events that are waiting and hands out what is known then. The
 * kernel puts the events of an operation into every subscriber's buffer before it acknowledges the
 * operation, so whatever was acknowledged before the call is in the snapshot. When events were lost
 * (ENOBUFS), everything is read again, which costs what {@link HostReader#read} costs.
 *
 * <p>Some changes have no event: of a link that is down, its alias, group, alternative names and
 * address generation mode; of one without carrier, a new IPv6 address in a network that it has an
 * address of already; and settings under {@code /proc/sys/net} ({@code disable_ipv6}, {@code
 * addr_gen_mode}, {@code arp_ignore}, {@code arp_announce}). A link that is down is therefore read
 * again after each of its events, and so is what its user tells it of, as the engine does with what
 * it changes itself. When another program makes such a change on its own, the snapshot has it after
 * the link's next event, or after {@link #refresh()}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class HostMonitor implements AutoCloseable, EventWatch.Source {
  /** Links' events are of 2 KiB and more as the kernel counts them. */
  private static final int BUFFER_SIZE = 16 * 1024 * 1024;

  private static final int LOOPBACK = 1;
  private static final int MAX_READINGS = 16;
  private static final int MAX_RECEIVES = 100_000;

  /** To read a link alone costs this much more than to read it among all, in halves. */
  private static final int SINGLE_COST_HALVES = 3;

  /** From here on all addresses, or routes, are read instead of each link's. */
  private static final int MAX_SINGLE_READS = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final NetlinkSocket events;
  private final RouteSocket queries;
  private final HostReader reader;
  private final SnapshotBuilder host = new SnapshotBuilder();

  /** The groups that stand for the VIFs that the monitor's user is at work on. */
  private final IndexMarks atWork = new IndexMarks();

  private final UnreadState unread = new UnreadState(atWork);
  private final HostEvents handler = new HostEvents(host, unread);
  private final IndexMarks set = new IndexMarks();
  private final IndexMarks written = new IndexMarks();
  private final IndexMarks addressed = new IndexMarks();
  private volatile boolean lost = true;
  private final AtomicLong readings = new AtomicLong();
  private final String namespace = Tracing.namespace();
  private int losses;
  private long nextTold;
  private String reason = "nothing was known";
  private boolean closed;

  /** Told what events tell; null for nobody. */
  private volatile HostChanges changes;

  private HostMonitor(NetlinkSocket events, RouteSocket queries) {
    this.events = events;
    this.queries = queries;
    reader = new HostReader(queries);
  }

  /**
   * Subscribes to the events of links, addresses and routes. Needs no privilege, but without
   * CAP_NET_ADMIN the receive buffer is small. The first snapshot reads everything.
   *
   * @throws SystemCallException if the kernel refuses a socket
   */
  public static HostMonitor open() {
    return open(BUFFER_SIZE);
  }

  /**
   * Subscribes, with a receive buffer of another size than 16 MiB.
   *
   * @param bufferSize bytes of the receive buffer: the more, the rarer a loss
   * @throws SystemCallException if the kernel refuses a socket
   */
  public static HostMonitor open(int bufferSize) {
    NetlinkSocket events = NetlinkSocket.open(NETLINK_ROUTE, bufferSize);
    try {
      events.subscribe(RTNLGRP_LINK);
      events.subscribe(RTNLGRP_IPV4_IFADDR);
      events.subscribe(RTNLGRP_IPV6_IFADDR);
      events.subscribe(RTNLGRP_IPV4_ROUTE);
      events.subscribe(RTNLGRP_IPV6_ROUTE);
      subscribeToNextHops(events);
      return new HostMonitor(events, RouteSocket.open());
    } catch (RuntimeException | Error e) {
      events.close();
      throw e;
    }
  }

  /** Only since Linux 5.3. */
  private static void subscribeToNextHops(NetlinkSocket events) {
    try {
      events.subscribe(RTNLGRP_NEXTHOP);
    } catch (SystemCallException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  /**
   * What the namespace has now. Costs a system call if nothing has happened, else some microseconds
   * for each event; the snapshot itself is not copied.
   *
   * @return the same object as before if nothing that it holds has changed
   * @throws SystemCallException if the kernel refuses to tell
   * @throws IllegalStateException if the monitor is closed
   */
  public HostSnapshot snapshot() {
    lock.lock();
    try {
      requireOpen();
      unread.markEnded();
      for (int i = 0; i < MAX_READINGS; i++) {
        markUnread();
        receive();
        if (lost) {
          readAll();
        } else if (unread.isEmpty()) {
          break;
        } else {
          readMarked();
        }
      }
      return host.build();
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #snapshot()}, if the events that are waiting tell all that has changed, and no other
   * thread is about it.
   *
   * @return empty if the kernel would have to be asked
   * @throws IllegalStateException if the monitor is closed
   */
  public Optional<HostSnapshot> known() {
    if (!lock.tryLock()) {
      return Optional.empty();
    }
    try {
      requireOpen();
      unread.markEnded();
      markUnread();
      receive();
      settleSetLinks();
      return lost || !unread.isEmpty() ? Optional.empty() : Optional.of(host.build());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether no link is a port of the link of that index, or lies on it, by all events so far: that
   * a link is made, gets a master or leaves it always has one. Nothing is read for it.
   *
   * @return false also where that is not known, as after a loss, or while another thread is about
   *     it
   */
  public boolean isWithoutUsers(int index) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      requireOpen();
      receive();
      return !lost && !host.hasUsers(index);
    } finally {
      lock.unlock();
    }
  }

  /** Before the events are taken in: an older event of such a link must not come after. */
  private void markUnread() {
    set.drainTo(unread.setLinks());
    written.drainTo(unread.writtenLinks());
    addressed.drainTo(unread.addresses());
  }

  /**
   * Takes in the events that are waiting, unless another thread is about it: so that the buffer
   * does not run full while nobody asks for snapshots.
   */
  public void poll() {
    if (!lost && lock.tryLock()) {
      try {
        if (!closed) {
          receive();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Takes in the events that are waiting. If some were lost, the others are dropped, and the next
   * snapshot reads everything again.
   */
  @Override
  public void takeIn() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (lost) {
        events.discard();
        changed();
      } else {
        receive();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has somebody told what changes, by events, from now on: as soon as they are taken in.
   *
   * @param told null for nobody
   */
  public void tell(HostChanges told) {
    lock.lock();
    try {
      changes = told;
      handler.tell(told);
    } finally {
      lock.unlock();
    }
  }

  private void changed() {
    HostChanges told = changes;
    if (told != null) {
      told.everything();
    }
  }

  /** Has the next snapshot read everything again, also what the kernel tells no event of. */
  public void refresh() {
    lost = true;
  }

  /** Has the next snapshot read a link again if it is down: it was set by netlink. */
  public void linkSet(int index) {
    set.add(index);
  }

  /** Has the next snapshot read the addresses of a link again: one was added or deleted. */
  public void addressesChanged(int index) {
    addressed.add(index);
  }

  /** Has the next snapshot read a link again: one of its files under /proc/sys was written. */
  public void settingsWritten(int index) {
    written.add(index);
  }

  /**
   * The links of that VIF are being made or deleted. Until that has ended, those that are down are
   * not read again after their events: of many VIFs, hundreds of links are half made at a time, and
   * to read one is to wait for the kernel's lock, which whoever makes them has.
   */
  public void workBegun(String vifId) {
    atWork.add(LinkGroups.making(vifId));
  }

  /** No more. Of VIFs that have one group by chance, this ends it for all. */
  public void workEnded(String vifId) {
    atWork.remove(LinkGroups.making(vifId));
  }

  /** How often everything was read, the first time included. */
  public long readings() {
    return readings.get();
  }

  /** The descriptor that becomes readable when there is something to {@link #poll}. */
  @Override
  public int descriptor() {
    return events.descriptor();
  }

  /** Ends the subscription. Snapshots that were handed out stay valid. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      events.close();
      queries.close();
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the monitor is closed");
    }
  }

  private void receive() {
    try {
      for (int i = 0; i < MAX_RECEIVES && !lost; i++) {
        if (events.receive(handler) == 0) {
          return;
        }
      }
    } catch (MessagesLostException e) {
      lost = true;
      changed();
      reason = "events were lost";
      tellOfLoss();
    } catch (RuntimeException | Error e) {
      reason = "an event could not be read";
      changed();
      lost = true; // those that were received together with the one that could not be read
      throw e;
    }
  }

  /** Once a minute: a storm of events is one piece of news. */
  @SuppressWarnings("try") // it ends with the block
  private void tellOfLoss() {
    losses++;
    long now = System.nanoTime();
    if (nextTold == 0 || now - nextTold >= 0) {
      try (Tracing.Scope scope = Tracing.in(namespace, null)) { // whichever thread it is
        Log.info(
            HostMonitor.class,
            "events of the kernel were lost, and the whole host is read again"
                + (losses == 1 ? "" : ", for the " + losses + "th time since this was told"));
      }
      losses = 0;
      nextTold = (now + TimeUnit.MINUTES.toNanos(1)) | 1; // 0 stands for never
    }
  }

  /**
   * The kernel drops every event from the first that did not fit until the buffer has been empty,
   * but says so only once: it must be emptied before the reading, or events of the time of the
   * reading would be lost in silence. Those that come in from then on are taken in after the
   * reading. They may be older than what was read of their link; the later ones follow them.
   */
  private void readAll() {
    ResyncEvent event = Events.recordResyncs() ? new ResyncEvent() : null;
    if (event != null) {
      event.begin();
    }
    readEverything();
    if (event != null) {
      event.namespace = namespace == null ? "" : namespace;
      event.reason = reason;
      event.links = host.linkCount();
      event.commit();
    }
    reason = "it was asked for"; // unless another is found before the next reading
  }

  private void readEverything() {
    lost = false;
    boolean done = false;
    try {
      events.discard();
      unread.clear();
      host.clear();
      reader.links(host);
      readAddresses();
      readRoutes();
      readings.incrementAndGet();
      done = true;
    } finally {
      if (!done) {
        lost = true;
      }
    }
  }

  private void readMarked() {
    boolean done = false;
    try {
      readMarkedLinks();
      boolean addresses = unread.hasAddresses();
      boolean routes = unread.hasRoutes();
      // An operation's events go out before it has flushed addresses and routes, but it holds the
      // RTNL lock until it has: this request waits for the lock, the dumps do not.
      if (addresses || routes) {
        reader.link(host, LOOPBACK);
      }
      if (addresses) {
        readMarkedAddresses();
      }
      if (routes) {
        readMarkedRoutes();
      }
      done = true;
    } finally {
      if (!done) {
        reason = "what events told of could not be read";
        lost = true;
      }
    }
  }

  private void readMarkedLinks() {
    IndexMarks links = unread.links();
    unread.writtenLinks().drainTo(links);
    settleSetLinks();
    if (links.size() * SINGLE_COST_HALVES > 2 * host.linkCount()) {
      reader.links(host);
    } else {
      links.each(index -> reader.link(host, index));
    }
    links.clear();
  }

  /** Of a link that is up, an event has told what was set. */
  private void settleSetLinks() {
    if (!lost) {
      unread.setLinks().each(this::markIfDown);
      unread.setLinks().clear();
    }
  }

  private void markIfDown(int index) {
    LinkState link = host.link(index);
    if (link != null && !link.up()) {
      unread.mark(index, LinkGroups.ofVif(link));
    }
  }

  private void readMarkedAddresses() {
    IndexMarks links = unread.addresses();
    if (unread.isEveryAddress() || links.size() > MAX_SINGLE_READS) {
      readAddresses();
    } else {
      links.each(index -> reader.addresses(host, index));
      unread.clearAddresses();
    }
  }

  private void readMarkedRoutes() {
    IndexMarks links = unread.routes();
    if (unread.isEveryRoute() || links.size() > MAX_SINGLE_READS) {
      readRoutes();
    } else {
      links.each(index -> reader.routes(host, index));
      unread.clearRoutes();
    }
  }

  private void readAddresses() {
    unread.clearAddresses();
    if (!reader.addresses(host)) {
      unread.markEveryAddress();
    }
  }

  private void readRoutes() {
    unread.clearRoutes();
    if (!reader.routes(host)) {
      unread.markEveryRoute();
    }
  }
}
