package io.fastvif.agent.http;

import io.netty.channel.EventLoop;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of a server have in common. Touched by the server's thread only, but for the
 * counts, which anybody reads.
 */
final class ServerState {
  final HttpOptions options;
  final RouteTable routes;
  final EventLoop loop;
  final Executor workers;
  final Executor lookups;

  /** One at a time: what is made of a long body can take many times its room. */
  final Executor longBodies;

  volatile Peers peers;

  /** Told of each answer. */
  volatile RequestObserver observer = (method, route, status, nanos) -> {};

  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger underWay = new AtomicInteger();
  final AtomicLong accepted = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  final AtomicLong denied = new AtomicLong();
  final AtomicLong requests = new AtomicLong();
  final AtomicLong failed = new AtomicLong();
  final AtomicLong timedOut = new AtomicLong();

  /** All connections that are open. */
  final LinkedHashSet<Connection> connections = new LinkedHashSet<>();

  /** Those without a request, the one that has been so for longest first. */
  final LinkedHashSet<Connection> idle = new LinkedHashSet<>();

  private final Map<UserPrincipal, Integer> ofUser = new HashMap<>();

  /** Bytes of the bodies that are held. */
  long bodies;

  /** Whether no more requests are begun. */
  boolean closing;

  private Runnable whenRoom = () -> {};
  private long connectionsMade;

  /** By the numbers of their connections, each of which has one request at a time. */
  private final SortedMap<Long, Runnable> waiting = new TreeMap<>();

  ServerState(
      HttpOptions options,
      RouteTable routes,
      EventLoop loop,
      Executor workers,
      Executor longBodies,
      Executor lookups) {
    peers = new Peers(options.allowed());
    this.longBodies = longBodies;
    this.lookups = lookups;
    this.options = options;
    this.routes = routes;
    this.loop = loop;
    this.workers = workers;
  }

  /** Counts a connection of a user; false if it has too many. */
  boolean isTaken(UserPrincipal user) {
    int others = ofUser.getOrDefault(user, 0);
    if (others >= options.bounds().userConnections() && !closeIdle(user)) {
      return false;
    }
    ofUser.merge(user, 1, Integer::sum);
    return true;
  }

  /** The number of a connection that was just made. */
  long nextConnection() {
    return connectionsMade++;
  }

  /**
   * Has a request begin when all has been read that is there to be read. Requests that are found
   * together begin in the order in which their connections were made: the system tells of those in
   * no order, and who connects when another has ended means something that comes after.
   */
  void inOrder(long connection, Runnable begin) {
    if (waiting.isEmpty()) {
      loop.execute(this::beginWaiting);
    }
    waiting.put(connection, begin);
  }

  private void beginWaiting() {
    List<Runnable> all = List.copyOf(waiting.values());
    waiting.clear();
    all.forEach(Runnable::run);
  }

  /** Has something run each time that a connection has ended. */
  void whenRoom(Runnable task) {
    whenRoom = task;
  }

  /** Whether fewer connections are open than may be. */
  boolean hasPlace() {
    return connections.size() < options.bounds().connections();
  }

  /** Whether one more connection may be accepted; one that is idle may have to make room. */
  boolean hasRoom() {
    return hasPlace() || closeIdle(null);
  }

  void begun(Connection connection) {
    connections.add(connection);
    open.incrementAndGet();
    accepted.incrementAndGet();
  }

  void ended(Connection connection) {
    idle.remove(connection);
    if (!connections.remove(connection)) {
      return;
    }
    open.decrementAndGet();
    UserPrincipal user = connection.user();
    if (user != null) {
      ofUser.computeIfPresent(user, (each, count) -> count == 1 ? null : count - 1);
    }
    whenRoom.run();
  }

  /**
   * Closes the connection that has been idle for longest.
   *
   * @param user of this user; null for any
   * @return whether there was one
   */
  boolean closeIdle(UserPrincipal user) {
    for (Connection each : idle) {
      if (user == null || user.equals(each.user())) {
        each.close();
        return true;
      }
    }
    return false;
  }

  HttpStatistics statistics() {
    return new HttpStatistics(
        open.get(),
        accepted.get(),
        refused.get(),
        denied.get(),
        underWay.get(),
        requests.get(),
        failed.get(),
        timedOut.get());
  }
}
