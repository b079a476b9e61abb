package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.trace.Log;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A backend's socket and the port behind it. It listens, for VIFs of mode client (the hypervisor
 * connects), or connects and reconnects, for mode server.
 *
 * <p>It serves several connections at once, so that a probe is answered while a frontend is
 * connected. The first connection that makes a request which changes the device owns the port; a
 * second one waits until the owner has left. That happens when a restarted frontend connects before
 * the end of the old one was noticed.
 */
public final class VhostUserBackend implements AutoCloseable {
  private static final int MAX_SESSIONS = 16;
  private static final long RETRY_ACCEPT_MILLIS = 100;
  private static final long PATIENCE_MILLIS = 10_000;
  private static final long CLOSE_SECONDS = 10;

  private final SessionLoop loop;
  private final BackendOptions options;
  private final BackendHandler handler;
  private final BackendObserver observer;
  private final Tracer tracer = Tracing.current();
  private final String namespace = Tracing.namespace();

  /** What was logged last, so that what happens again and again is one line; null for nothing. */
  private String complaint;

  private final Set<BackendSession> sessions = new LinkedHashSet<>();
  private final ArrayDeque<BackendSession> waiting = new ArrayDeque<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private ListeningSocket listener;
  private long listenerKey;
  private BackendConnector connector;
  private BackendSession owner;
  private boolean closing;
  private boolean frozen;

  private VhostUserBackend(
      SessionLoop loop, BackendOptions options, BackendHandler handler, BackendObserver observer) {
    this.loop = loop;
    this.options = options;
    this.handler = handler;
    this.observer = observer;
  }

  /**
   * Listens on a socket.
   *
   * @param loop the thread that serves it
   * @param socket where and with which permissions
   * @param options what is offered
   * @param handler the port
   * @param observer hears what happens, for logs and events
   * @return the backend, listening already
   * @throws SocketException if there can be no such socket
   */
  public static VhostUserBackend listen(
      SessionLoop loop,
      ListenOptions socket,
      BackendOptions options,
      BackendHandler handler,
      BackendObserver observer) {
    VhostUserBackend backend = new VhostUserBackend(loop, options, handler, observer);
    ListeningSocket listener = ListeningSocket.open(socket);
    try {
      loop.run(
          () -> {
            backend.listener = listener;
            backend.listenerKey =
                loop.add(listener.descriptor(), EPOLLIN, events -> backend.accept());
          });
    } catch (RuntimeException | Error e) {
      listener.close();
      throw e;
    }
    return backend;
  }

  /**
   * Connects to a frontend's socket, and reconnects with growing pauses whenever the connection is
   * lost.
   *
   * @param loop the thread that serves it
   * @param path the frontend's socket, which need not be there yet
   * @param options what is offered
   * @param handler the port
   * @param observer hears what happens, for logs and events
   * @return the backend
   * @throws SocketException if the path is none
   */
  public static VhostUserBackend connect(
      SessionLoop loop,
      String path,
      BackendOptions options,
      BackendHandler handler,
      BackendObserver observer) {
    UnixAddress.checkPath(path);
    VhostUserBackend backend = new VhostUserBackend(loop, options, handler, observer);
    loop.run(
        () -> {
          backend.connector =
              new BackendConnector(loop, path, backend::begin, backend::connectionFailed);
          backend.connector.start();
        });
    return backend;
  }

  /**
   * Takes one over from another process, which goes on listening to nobody until this one has
   * started, or it itself goes on. Nothing is started before {@link BackendHandOver#start}.
   *
   * @param loop the thread that will serve it
   * @param reader has what {@link BackendHandOver#save} wrote
   * @param options what is offered; what frontends have chosen must be part of it
   * @param handler the port
   * @param observer hears what happens, for logs and events
   * @throws RuntimeException if it cannot be taken over; nothing is left of it then
   */
  public static VhostUserBackend restore(
      SessionLoop loop,
      HandOverReader reader,
      BackendOptions options,
      BackendHandler handler,
      BackendObserver observer) {
    VhostUserBackend backend = new VhostUserBackend(loop, options, handler, observer);
    loop.run(
        () -> {
          try {
            backend.restore(reader);
          } catch (RuntimeException | Error e) {
            backend.abandon("it cannot be taken over");
            throw e;
          }
        });
    return backend;
  }

  private void restore(HandOverReader reader) {
    frozen = true;
    if (reader.flag()) {
      listener = ListeningSocket.restore(reader);
    } else {
      connector = new BackendConnector(loop, reader.text(), this::begin, this::connectionFailed);
      connector.pause();
    }
    int count = reader.count(MAX_SESSIONS);
    for (int i = 0; i < count; i++) {
      BackendSession session = BackendSession.restore(this, reader);
      if (session == null) {
        continue;
      }
      sessions.add(session);
      if (session.isOwner()) {
        owner = session;
      }
    }
  }

  void save(HandOverWriter writer) {
    writer.flag(listener != null);
    if (listener != null) {
      listener.save(writer);
    } else {
      writer.text(connector.path());
    }
    writer.number(sessions.size());
    sessions.forEach(session -> session.save(writer));
  }

  /** Takes no connections and listens to no frontend, until {@link #thaw}. The loop's thread. */
  void freeze() {
    frozen = true;
    if (listener != null) {
      loop.remove(listener.descriptor(), listenerKey);
    } else {
      connector.pause();
    }
    sessions.forEach(BackendSession::freeze);
  }

  /** Takes connections and listens to frontends, again or for the first time here. */
  void thaw() {
    if (!frozen) {
      return;
    }
    frozen = false;
    if (listener != null) {
      listenerKey = loop.add(listener.descriptor(), EPOLLIN, events -> accept());
    } else {
      connector.resume(!sessions.isEmpty());
    }
    Set.copyOf(sessions).forEach(BackendSession::thaw);
  }

  /** Its sessions; the loop's thread. */
  Set<BackendSession> sessions() {
    return sessions;
  }

  /** The session that owns the port; null for none. The loop's thread. */
  BackendSession owner() {
    return owner;
  }

  BackendObserver observer() {
    return observer;
  }

  /** Lets all descriptors and mappings go, and tells nobody. The loop's thread. */
  void abandon(String reason) {
    closing = true;
    if (listener != null) {
      listener.abandon();
    }
    if (connector != null) {
      connector.close();
    }
    waiting.clear();
    sessions.forEach(session -> session.abandon(reason));
    sessions.clear();
    closeIfDone();
  }

  SessionLoop loop() {
    return loop;
  }

  BackendOptions options() {
    return options;
  }

  /** Told of what is said on each connection; null for nobody. */
  Tracer tracer() {
    return tracer;
  }

  /** The network namespace's name; empty for the process's own. */
  String namespace() {
    return namespace == null ? "" : namespace;
  }

  BackendHandler handler() {
    return handler;
  }

  /** How long rings may take to follow a request. */
  long patienceMillis() {
    return PATIENCE_MILLIS;
  }

  private void accept() {
    int fd = listener.accept();
    if (fd >= 0) {
      FileDescriptor socket = FileDescriptor.of(fd);
      if (sessions.size() >= MAX_SESSIONS) {
        socket.close();
        return;
      }
      try {
        begin(socket);
      } catch (RuntimeException | Error e) {
        socket.close();
        connectionFailed(e instanceof SystemCallException ? e.getMessage() : e.toString());
      }
    } else if (fd != -Errno.EAGAIN && fd != -Errno.EINTR && fd != -Errno.ECONNABORTED) {
      connectionFailed(new SystemCallException("accept4", -fd, listener.descriptor()).getMessage());
      // The connection stays in the queue, and would be told of again and again.
      Contained.run("a listening socket", () -> watchListener(0));
      loop.after(RETRY_ACCEPT_MILLIS, this::listenAgain);
    }
  }

  private void watchListener(int events) {
    loop.modify(listener.descriptor(), events, listenerKey);
  }

  private void listenAgain() {
    if (!closing && !frozen) {
      try {
        watchListener(EPOLLIN);
      } catch (SystemCallException refused) {
        loop.after(RETRY_ACCEPT_MILLIS, this::listenAgain);
      }
    }
  }

  private void connectionFailed(String reason) {
    complain(reason);
    tell(() -> observer.connectionFailed(reason));
  }

  /** Logs what is wrong with a connection, once. */
  void complain(String reason) {
    if (!reason.equals(complaint)) {
      complaint = reason;
      Log.warning(VhostUserBackend.class, "a vhost-user connection has failed: " + reason);
    }
  }

  private void tell(Runnable news) {
    Contained.run("an observer", news);
  }

  private void begin(FileDescriptor socket) {
    sessions.add(new BackendSession(this, socket));
  }

  /** Gives a session the port, or has it wait. */
  boolean claim(BackendSession session) {
    if (owner == null) {
      owner = session;
      complaint = null;
      tell(observer::connected);
      return true;
    }
    waiting.add(session);
    return false;
  }

  /** A session is over and holds nothing any more. */
  void ended(BackendSession session, String reason, boolean failed) {
    sessions.remove(session);
    waiting.remove(session);
    boolean owned = owner == session;
    if (owned) {
      owner = null;
    }
    if (failed && owned) {
      complain(reason);
    }
    tell(() -> observer.disconnected(owned, reason));
    if (failed && !owned) {
      connectionFailed(reason);
    }
    if (closing) {
      closeIfDone();
      return;
    }
    if (connector != null) {
      connector.retry(owned);
    }
    while (owner == null && !waiting.isEmpty()) {
      waiting.poll().resume();
    }
  }

  void ringFailed(int ring, String reason) {
    tell(() -> observer.ringFailed(ring, reason));
  }

  /**
   * Ends the sessions, waits up to 10 s until the rings have stopped, and removes the socket. Never
   * call it on a thread that the rings need in order to stop.
   */
  @Override
  public void close() {
    loop.run(
        () -> {
          if (closing) {
            return;
          }
          closing = true;
          if (listener != null) {
            loop.remove(listener.descriptor(), listenerKey);
            Contained.run("a listening socket", listener::close);
          }
          if (connector != null) {
            connector.close();
          }
          waiting.clear();
          for (BackendSession session : Set.copyOf(sessions)) {
            session.finish("the backend was closed");
          }
          closeIfDone();
        });
    boolean interrupted = false;
    try {
      if (!loop.isOwnThread()) {
        closed.await(CLOSE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeIfDone() {
    if (sessions.isEmpty()) {
      closed.countDown();
    }
  }
}
