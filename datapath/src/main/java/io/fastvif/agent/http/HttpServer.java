package io.fastvif.agent.http;

import io.fastvif.trace.Log;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers HTTP/1.1 on a unix socket. One thread does all of it, and sleeps while nothing comes;
 * handlers that wait run on a few others, which end when there is nothing to do. All methods may be
 * called from any thread.
 */
public final class HttpServer implements AutoCloseable {
  private static final int WORKERS = 4;
  private static final int MAX_WAITING = 256;
  private static final int FAR_DAYS = 36500;
  private static final int IDLE_SECONDS = 5;
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(5);
  private static final Duration FORCED_BOUND = Duration.ofSeconds(1);

  static {
    // Netty would name its channels by the address of a network card, and read all devices of the
    // host for that: thousands of taps. These names are of no use here.
    setByDefault("io.netty.machineId", "00:00:00:00:00:00:00:01");
    setByDefault("io.netty.processId", "1");
    NettyLog.begin();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }

  private final MultiThreadIoEventLoopGroup group;
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor longBodies;
  private final ThreadPoolExecutor lookups;
  private final ServerState state;
  private final Acceptor acceptor;
  private final AutoCloseable socket;
  private final CompletableFuture<Void> empty = new CompletableFuture<>();

  private HttpServer(
      HttpOptions options,
      List<HttpRoute> routes,
      ServerSocketChannel channel,
      AutoCloseable socket)
      throws IOException {
    this.socket = socket;
    group =
        new MultiThreadIoEventLoopGroup(
            1, (ThreadFactory) HttpServer::thread, NioIoHandler.newFactory());
    workers = threads("fastvif-http-worker", WORKERS, MAX_WAITING);
    longBodies = threads("fastvif-http-body", 1, MAX_WAITING);
    lookups = threads("fastvif-http-peer", 1, options.bounds().connections());
    IoEventLoop loop = group.next();
    try {
      state = new ServerState(options, new RouteTable(routes), loop, workers, longBodies, lookups);
      state.whenRoom(this::ended);
      acceptor = Acceptor.of(channel, state, loop);
    } catch (IOException | RuntimeException wrong) {
      var unused = group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw wrong;
    }
    loop.submit(acceptor::goOn).syncUninterruptibly();
    // Without a task that is due some day, Netty's thread wakes every second to look for one.
    var unused = loop.schedule(() -> {}, FAR_DAYS, TimeUnit.DAYS);
  }

  private static Thread thread(Runnable task) {
    return new FastThreadLocalThread(task, "fastvif-http");
  }

  private static void setByDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static ThreadPoolExecutor threads(String name, int max, int waiting) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            max,
            max,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waiting),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Makes a socket file and answers there. What a killed server has left at the path is removed.
   *
   * @param mode of the file, which decides who can connect at all
   * @param fileGroup group of the file; null for that of the process
   * @throws io.fastvif.vif.InvalidInputException if the path cannot be that of a socket, or there
   *     is something else; or a user or group is unknown
   * @throws io.fastvif.bindings.HeldException if another server answers there
   */
  public static HttpServer listen(
      HttpOptions options,
      Path path,
      Set<PosixFilePermission> mode,
      String fileGroup,
      List<HttpRoute> routes)
      throws IOException {
    SocketListener socket = SocketListener.at(path, mode, fileGroup);
    try {
      return new HttpServer(options, routes, socket.channel(), socket);
    } catch (IOException | RuntimeException | Error failed) {
      socket.close();
      throw failed;
    }
  }

  /**
   * Answers on a unix socket that listens already, such as one that was inherited.
   *
   * @param channel belongs to the server from now on
   * @throws io.fastvif.vif.InvalidInputException if a user or group is unknown
   */
  public static HttpServer listen(
      HttpOptions options, ServerSocketChannel channel, List<HttpRoute> routes) throws IOException {
    try {
      return new HttpServer(options, routes, channel, channel);
    } catch (IOException | RuntimeException | Error failed) {
      channel.close();
      throw failed;
    }
  }

  /**
   * Lets others ask, from the next request of each connection on.
   *
   * @throws io.fastvif.vif.InvalidInputException if a user or group is unknown; then nothing is
   *     changed
   */
  public void allow(Allowed allowed) {
    state.peers = new Peers(allowed);
  }

  /** Has somebody told of each request whose answer is known from now on. */
  public void observe(RequestObserver observer) {
    state.observer = observer;
  }

  /** Asks the server's thread whether it is alive: completes when it has answered. */
  public CompletableFuture<Void> ping() {
    return CompletableFuture.runAsync(() -> {}, state.loop);
  }

  /** What was counted. */
  public HttpStatistics statistics() {
    return state.statistics();
  }

  /** A connection has ended. */
  private void ended() {
    if (!state.closing) {
      acceptor.goOn();
    } else if (state.connections.isEmpty()) {
      empty.complete(null);
    }
  }

  /** As {@link #close(Duration)}, within five seconds. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Takes no more connections and requests, waits for the answers of those under way at most that
   * long, ends streams, and takes away the socket file that it has made.
   */
  public void close(Duration bound) {
    state.loop.execute(this::finish);
    await(empty, bound);
    state.loop.execute(() -> List.copyOf(state.connections).forEach(Connection::close));
    await(empty, FORCED_BOUND);
    workers.shutdownNow();
    longBodies.shutdownNow();
    lookups.shutdownNow();
    try {
      socket.close();
    } catch (Exception unclosed) {
      Log.warning(HttpServer.class, "the agent's socket is not taken away: " + unclosed);
    }
    group
        .shutdownGracefully(0, FORCED_BOUND.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(FORCED_BOUND.toMillis());
  }

  private void finish() {
    state.closing = true;
    acceptor.stop();
    List.copyOf(state.connections).forEach(Connection::finish);
    ended();
  }

  private static void await(CompletableFuture<Void> done, Duration bound) {
    try {
      done.get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      // what still runs is cut off
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
