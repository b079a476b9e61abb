package io.fastvif.ovsdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;

/**
 * A connection to one database that is opened when it is first wanted, and again whenever it is
 * lost. Methods may be called from any thread and do not wait, but for {@link #read}.
 */
public final class OvsdbClient implements AutoCloseable {
  private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(2).toNanos();
  private static final long HANDSHAKE = Duration.ofSeconds(10).toNanos();

  /** How long the first of several servers may say nothing before the next is tried. */
  private static final long FIRST_PATIENCE = Duration.ofSeconds(1).toNanos();

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Builder settings;
  private final Selector selector;
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final ReentrantLock rowsLock = new ReentrantLock();
  private final MonitoredRows rows;
  private final ServerStatus status;
  private final List<Await> awaits = new ArrayList<>();
  private final Thread thread;

  private OvsdbSession session;
  private OvsdbSchema nextSchema;
  private String lastTransaction = OvsdbSession.NO_TRANSACTION;
  private boolean wanted;
  private boolean connecting;
  private boolean conditionsDue;
  private long connectingSince;
  private long pause;

  /** Which of the servers is connected to, or tried next. */
  private int server;

  /** How many have been tried in vain since one was current. */
  private int failures;

  /** How many of them, one after the other, it is of no use to try again. */
  private int refusals;

  private CompletableFuture<SocketAddress> resolving;
  private long nextAttempt;

  private volatile OvsdbSchema schema;
  private volatile boolean current;
  private volatile String problem = "not connected yet";
  private volatile boolean closed;
  private volatile boolean hopeless;
  private final LongAdder turns = new LongAdder();

  /** Something that is waited for. */
  private record Await(BooleanSupplier condition, long deadline, AwaitHandler handler) {}

  private OvsdbClient(Builder builder) {
    settings = builder;
    rows = new MonitoredRows(builder.listener);
    status = new ServerStatus(builder.database, builder.remotes.cluster());
    try {
      selector = Selector.open();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    thread = new Thread(this::run, "fastvif-ovsdb");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (RuntimeException | Error noThread) {
      closeSelector();
      throw noThread;
    }
  }

  /** A client of that database, such as {@code Open_vSwitch}, at that address. */
  public static Builder builder(OvsdbAddress address, String database) {
    return builder(OvsdbRemotes.of(address), database);
  }

  /**
   * A client of that database at one of those servers: the next one is tried where one does not
   * answer, is disconnected from the database, or is not the leader of its cluster.
   */
  public static Builder builder(OvsdbRemotes remotes, String database) {
    return new Builder(remotes, database);
  }

  /** Whether the monitored rows are those of the server now. */
  public boolean isCurrent() {
    return current;
  }

  /** Why the rows are not current. */
  public String problem() {
    return problem;
  }

  /**
   * Whether another attempt would come to the same end, because this side and every server do not
   * trust each other (TLS). What is awaited then is answered at once, and the servers are tried
   * again for what is awaited later.
   */
  public boolean isHopeless() {
    return hopeless;
  }

  /** The database's schema; null until it was read for the first time. */
  public OvsdbSchema schema() {
    return schema;
  }

  /** Reads what the row listener has kept, while no row changes. */
  public <T> T read(Supplier<T> reader) {
    rowsLock.lock();
    try {
      return reader.get();
    } finally {
      rowsLock.unlock();
    }
  }

  /**
   * Sends a transaction; those before it need not be answered yet. Where the rows are not current
   * it is answered at once as not sent: what it assumes could not be known.
   *
   * @param limit how long to wait for the answer
   */
  public void transact(OvsdbTransaction transaction, Duration limit, TransactionHandler handler) {
    byte[] parameters = transaction.parameters();
    int operations = transaction.size();
    long deadline = System.nanoTime() + limit.toNanos();
    command(
        () -> {
          if (current) {
            session.transact(parameters, operations, deadline, handler);
          } else {
            handler.completed(TransactionOutcome.lost(false, problem));
          }
        });
  }

  /**
   * Waits until a condition on the rows is met while they are current; opens the connection if it
   * is not open.
   *
   * @param condition asked on the client's thread, after each change of the rows
   * @param limit how long to wait
   */
  public void await(BooleanSupplier condition, Duration limit, AwaitHandler handler) {
    Await await = new Await(condition, System.nanoTime() + limit.toNanos(), handler);
    command(
        () -> {
          wanted = true;
          if (closed) {
            answer(await, false);
          } else if (current && isMet(await)) {
            answer(await, true);
          } else {
            awaits.add(await);
          }
        });
  }

  private void command(Runnable command) {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    commands.offer(command);
    selector.wakeup();
    if (!thread.isAlive()) {
      drain(); // came in behind the thread's last look at the queue
    }
  }

  /** Whatever is thrown ends the connection, not the client. */
  private void run() {
    while (!closed) {
      try {
        turn();
      } catch (IOException | RuntimeException | Error broken) {
        boolean refused = broken instanceof SSLHandshakeException;
        refusals = refused ? refusals + 1 : 0;
        hopeless = refusals >= settings.remotes.addresses().size();
        lose(broken.getMessage() == null ? broken.toString() : broken.getMessage());
        if (hopeless) {
          answerAll();
        }
      }
    }
    lose("the client was closed");
    drain();
    answerAll();
    closeSelector();
  }

  private void answerAll() {
    List<Await> left = List.copyOf(awaits);
    awaits.clear();
    left.forEach(await -> answer(await, false));
  }

  private void closeSelector() {
    try {
      selector.close();
    } catch (IOException nothingMoreIsWanted) {
      // the descriptor is released all the same
    }
  }

  private static void answer(Await await, boolean met) {
    guard(() -> await.handler.awaited(met));
  }

  /** Lets what is thrown by a handler or a command harm nobody but who gave it. */
  static void guard(Runnable theirs) {
    try {
      theirs.run();
    } catch (RuntimeException | Error thrown) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, thrown);
    }
  }

  private synchronized void drain() {
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      guard(command);
    }
  }

  /** How often the client's thread has woken up; for a test. */
  long turns() {
    return turns.sum();
  }

  private void turn() throws IOException {
    turns.increment();
    selector.select(pauseMillis());
    selector.selectedKeys().clear();
    drain();
    long now = System.nanoTime();
    if (session == null && wanted && now - nextAttempt >= 0) {
      connect();
    }
    if (session != null) {
      converse(now);
    }
    if (conditionsDue) {
      conditionsDue = false;
      awaits.removeIf(
          await -> {
            boolean met = current && isMet(await);
            if (met) {
              answer(await, true);
            }
            return met;
          });
    }
    awaits.removeIf(
        await -> {
          boolean late = now - await.deadline > 0;
          if (late) {
            answer(await, false);
          }
          return late;
        });
  }

  private static boolean isMet(Await await) {
    boolean[] met = {false};
    guard(() -> met[0] = await.condition.getAsBoolean());
    return met[0];
  }

  /** How long nothing can happen of itself; 0 for ever. What others begin wakes the selector. */
  private long pauseMillis() {
    long now = System.nanoTime();
    long left = Long.MAX_VALUE;
    for (Await await : awaits) {
      left = Math.min(left, await.deadline - now);
    }
    if (session == null) {
      if (resolving != null) {
        left = Math.min(left, connectingSince + patience() - now);
      } else if (wanted) {
        left = Math.min(left, nextAttempt - now);
      }
    } else if (connecting) {
      left = Math.min(left, connectingSince + patience() - now);
    } else if (!session.isCurrent()) {
      left = Math.min(left, session.lastHeard() + patience() - now);
    } else {
      left = Math.min(left, session.nanosLeft(now, probeNanos()));
    }
    return left == Long.MAX_VALUE ? 0 : Math.max(1, left / NANOS_PER_MILLI + 1);
  }

  private long probeNanos() {
    return settings.probeMillis * NANOS_PER_MILLI;
  }

  private void converse(long now) throws IOException {
    if (connecting) {
      if (!session.finishConnect()) {
        checkPatience(now, connectingSince);
        return;
      }
      connecting = false;
      session.begin();
    }
    session.write();
    if (!session.read()) {
      lose("the server closed the connection");
      return;
    }
    session.expire(now);
    if (!session.isCurrent()) {
      checkPatience(now, session.lastHeard());
    } else if (!session.probe(now, probeNanos())) {
      lose("the server does not answer");
      return;
    }
    session.write();
  }

  /** How long a server may say nothing; less where there is another one to try. */
  private long patience() {
    int servers = settings.remotes.addresses().size();
    return servers == 1
        ? HANDSHAKE
        : Math.min(HANDSHAKE, FIRST_PATIENCE << Math.min(failures / servers, 4));
  }

  private void checkPatience(long now, long since) throws IOException {
    if (now - since > patience()) {
      throw new IOException("the server does not answer");
    }
  }

  private OvsdbAddress address() {
    return settings.remotes.addresses().get(server);
  }

  /** Begins to connect; where a name has to be looked up, once that is done. */
  private void connect() throws IOException {
    if (resolving == null) {
      resolving = resolve(address());
      connectingSince = System.nanoTime();
    }
    if (!resolving.isDone()) {
      checkPatience(System.nanoTime(), connectingSince);
      return;
    }
    SocketAddress address;
    try {
      address = resolving.join();
    } catch (CompletionException failed) {
      throw new IOException(failed.getCause().getMessage(), failed);
    } finally {
      resolving = null;
    }
    connect(address);
  }

  /** Looks up a name in a thread of its own: it may take long, and nothing here may wait for it. */
  private CompletableFuture<SocketAddress> resolve(OvsdbAddress address) {
    CompletableFuture<SocketAddress> resolved = new CompletableFuture<>();
    Runnable lookUp =
        () -> {
          try {
            resolved.complete(address.resolve());
          } catch (IOException | RuntimeException | Error unknown) {
            resolved.completeExceptionally(unknown);
          }
          selector.wakeup();
        };
    if (address instanceof OvsdbAddress.Unix) {
      lookUp.run();
    } else {
      Thread.ofPlatform().daemon().name("fastvif-ovsdb-name").start(lookUp);
    }
    return resolved;
  }

  private void connect(SocketAddress address) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT);
      channel.connect(address);
      ByteLink link =
          address() instanceof OvsdbAddress.Tcp tcp && tcp.tls()
              ? new TlsLink(channel, settings.tls)
              : ByteLink.plain(channel);
      session =
          new OvsdbSession(
              channel,
              selector,
              link,
              settings.database,
              settings.columns,
              lastTransaction,
              status,
              new Updates());
    } catch (IOException | RuntimeException failure) {
      ByteLink.closeQuietly(channel);
      throw failure;
    }
    connecting = true;
    connectingSince = System.nanoTime();
  }

  /** Ends the connection; the next attempt is with the next server. */
  private void lose(String reason) {
    int servers = settings.remotes.addresses().size();
    current = false;
    resolving = null;
    problem = address() + ": " + reason;
    server = (server + 1) % servers;
    if (failures++ % servers == 0) { // the pause grows once they have all been tried
      pause = Math.clamp(2 * pause, FIRST_PAUSE, LONGEST_PAUSE);
    }
    nextAttempt = System.nanoTime() + (failures % servers == 0 ? pause : FIRST_PAUSE);
    OvsdbSession lost = session;
    session = null;
    if (lost != null) {
      lost.close(reason);
    }
  }

  /** Takes what the session learns into the rows. */
  private final class Updates implements OvsdbSession.Owner {
    @Override
    public void onSchema(OvsdbSchema read) {
      nextSchema = read;
    }

    @Override
    public void onUpdate(Object updates, boolean initial, boolean differences) {
      rowsLock.lock();
      try {
        if (initial) {
          rows.clear(nextSchema);
        } else {
          rows.schema(nextSchema);
        }
        if (differences) {
          rows.applyDifferences(updates);
        } else {
          rows.applyRows(updates);
        }
      } catch (RuntimeException | Error malformed) {
        lastTransaction = OvsdbSession.NO_TRANSACTION; // the rows are read anew
        throw malformed;
      } finally {
        rowsLock.unlock();
      }
      conditionsDue = true;
    }

    @Override
    public void onTransaction(String id) {
      lastTransaction = id;
    }

    @Override
    public void onCurrent() {
      schema = nextSchema;
      pause = 0;
      failures = 0;
      refusals = 0;
      hopeless = false;
      current = true;
      conditionsDue = true;
    }
  }

  /** Ends the connection and the client's thread; what waits is answered first. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a client is made of. */
  public static final class Builder {
    private static final long PROBE_MILLIS = 5_000;

    private final OvsdbRemotes remotes;
    private final String database;
    private final Map<String, List<String>> columns = new LinkedHashMap<>();
    private TlsCredentials tls;
    private long probeMillis = PROBE_MILLIS;
    private RowListener listener =
        new RowListener() {
          @Override
          public void cleared() {}

          @Override
          public void changed(String table, OvsdbRow before, OvsdbRow after) {}
        };

    private Builder(OvsdbRemotes remotes, String database) {
      this.remotes = remotes;
      this.database = database;
    }

    /** Columns of a table to monitor; those that the schema does not have are left out. */
    public Builder monitor(String table, String... names) {
      columns.put(table, List.of(names));
      return this;
    }

    /** Who keeps what it needs of the monitored rows. */
    public Builder listener(RowListener rowListener) {
      listener = rowListener;
      return this;
    }

    /** What a TLS connection proves itself with. */
    public Builder tls(TlsCredentials credentials) {
      tls = credentials;
      return this;
    }

    /**
     * After what silence the server is asked for a sign of life, and after what further silence the
     * connection is given up; 5 s by default.
     */
    public Builder probe(Duration interval) {
      probeMillis = interval.toMillis();
      return this;
    }

    /** The client, whose thread is started in the network namespace of the caller's. */
    public OvsdbClient build() {
      if (remotes.usesTls() && tls == null) {
        throw new IllegalArgumentException(remotes + " needs a key, a certificate and a CA");
      }
      return new OvsdbClient(this);
    }
  }
}
