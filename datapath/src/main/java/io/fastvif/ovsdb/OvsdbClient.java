package io.fastvif.ovsdb;

import io.fastvif.event.Events;
import io.fastvif.trace.Log;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Builder settings;
  private final ServerWait wait = new ServerWait();
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final ReentrantLock rowsLock = new ReentrantLock();
  private final MonitoredRows rows;
  private final ServerStatus status;
  private final ServerAttempts attempts;
  private final AddressLookup lookup;
  private final Awaits awaits = new Awaits();
  private final Thread thread;

  /** Null where nobody traces. */
  private final Tracer tracer = Tracing.current();

  private final String namespace = Tracing.namespace();

  /** Whether it was logged that there is no connection. */
  private boolean complained;

  private OvsdbSession session;
  private OvsdbSchema nextSchema;
  private String lastTransaction = OvsdbSession.NO_TRANSACTION;
  private boolean wanted;
  private boolean connecting;
  private boolean conditionsDue;
  private long connectingSince;

  private volatile OvsdbSchema schema;
  private volatile boolean current;
  private volatile String problem = "not connected yet";
  private volatile boolean closed;
  private volatile boolean hopeless;
  private final LongAdder turns = new LongAdder();

  private OvsdbClient(Builder builder) {
    settings = builder;
    rows = new MonitoredRows(builder.listener);
    status = new ServerStatus(builder.database, builder.remotes.cluster());
    attempts = new ServerAttempts(builder.remotes);
    lookup = new AddressLookup(wait::wake);
    thread = new Thread(Tracing.carried(this::run), "fastvif-ovsdb");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (RuntimeException | Error noThread) {
      wait.close();
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
    TransactionHandler told = handler;
    if (Events.recordTransactions()) {
      told = new RecordedTransaction(namespace, operations, told);
    }
    if (tracer != null) {
      told = new TracedTransaction(tracer, parameters, told);
    }
    TransactionHandler answered = told;
    command(
        () -> {
          if (current) {
            session.transact(parameters, operations, deadline, answered);
          } else {
            answered.completed(TransactionOutcome.lost(false, problem));
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
    Awaits.Await await = new Awaits.Await(condition, System.nanoTime() + limit.toNanos(), handler);
    command(
        () -> {
          wanted = true;
          if (closed) {
            await.answer(false);
          } else if (current && await.isMet()) {
            await.answer(true);
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
    wait.wake();
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
        attempts.ended(broken instanceof SSLHandshakeException);
        hopeless = attempts.areHopeless();
        lose(broken.getMessage() == null ? broken.toString() : broken.getMessage());
        if (hopeless) {
          awaits.giveUp();
        }
      }
    }
    lose("the client was closed");
    drain();
    awaits.giveUp();
    wait.close();
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

  /** Executes what was asked for; returns how much that was. */
  private synchronized int drain() {
    int count = 0;
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      guard(command);
      count++;
    }
    return count;
  }

  /** How often the client's thread has woken up; for a test. */
  long turns() {
    return turns.sum();
  }

  private void turn() throws IOException {
    turns.increment();
    wait.await(pauseMillis(), () -> !commands.isEmpty());
    boolean woken = drain() > 0;
    long now = System.nanoTime();
    if (session == null && wanted && now - attempts.next() >= 0) {
      connect();
    }
    if (session != null) {
      long heard = session.lastHeard();
      converse(now);
      wait.check(woken, session.lastHeard() != heard);
    }
    if (conditionsDue) {
      conditionsDue = false;
      if (current) {
        awaits.answerMet();
      }
    }
    awaits.expire(now);
  }

  /** How long nothing can happen of itself; 0 for ever. What others begin ends the wait. */
  private long pauseMillis() {
    long now = System.nanoTime();
    long left = awaits.nanosLeft(now);
    if (session == null) {
      if (lookup.isUnderWay()) {
        left = Math.min(left, lookup.since() + attempts.patience() - now);
      } else if (wanted) {
        left = Math.min(left, attempts.next() - now);
      }
    } else if (connecting) {
      left = Math.min(left, connectingSince + attempts.patience() - now);
    } else if (!session.isCurrent()) {
      left = Math.min(left, session.lastHeard() + attempts.patience() - now);
    } else {
      left = Math.min(left, session.nanosLeft(now, probeNanos()));
    }
    if (session != null && session.awaitsAnswer()) {
      left = Math.min(left, ServerWait.TRUST);
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

  private void checkPatience(long now, long since) throws IOException {
    if (now - since > attempts.patience()) {
      throw new IOException("the server does not answer");
    }
  }

  /** Begins to connect; where a name has to be looked up, once that is done. */
  private void connect() throws IOException {
    SocketAddress address = lookup.poll(attempts.address());
    if (address == null) {
      checkPatience(System.nanoTime(), lookup.since());
    } else {
      connect(address);
    }
  }

  private void connect(SocketAddress address) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.register(wait.selector(), SelectionKey.OP_CONNECT);
      channel.connect(address);
      ByteLink link =
          attempts.address() instanceof OvsdbAddress.Tcp tcp && tcp.tls()
              ? new TlsLink(channel, settings.tls)
              : ByteLink.plain(channel);
      session =
          new OvsdbSession(
              channel,
              wait.selector(),
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
    current = false;
    lookup.forget();
    problem = attempts.address() + ": " + reason;
    if (!closed && !complained) {
      complained = true; // and not at each attempt that follows
      Log.warning(OvsdbClient.class, "no connection to Open vSwitch's database: " + problem);
    }
    attempts.moveOn();
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
      if (complained) {
        complained = false;
        Log.info(
            OvsdbClient.class, "connected to Open vSwitch's database again: " + attempts.address());
      }
      attempts.succeeded();
      hopeless = false;
      current = true;
      conditionsDue = true;
      rowsLock.lock();
      try {
        rows.current();
      } finally {
        rowsLock.unlock();
      }
    }
  }

  /** Ends the connection and the client's thread; what waits is answered first. */
  @Override
  public void close() {
    closed = true;
    wait.wake();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds a client. */
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

    /** Monitors columns of a table; those that the schema does not have are left out. */
    public Builder monitor(String table, String... names) {
      columns.put(table, List.of(names));
      return this;
    }

    /** Sets the listener to the monitored rows. */
    public Builder listener(RowListener rowListener) {
      listener = rowListener;
      return this;
    }

    /** Sets the credentials of TLS connections. */
    public Builder tls(TlsCredentials credentials) {
      tls = credentials;
      return this;
    }

    /**
     * Sets after how much silence the server is probed; after as much again the connection is given
     * up; 5 s by default.
     */
    public Builder probe(Duration interval) {
      probeMillis = interval.toMillis();
      return this;
    }

    /** Builds the client and starts its thread, in the caller's network namespace. */
    public OvsdbClient build() {
      if (remotes.usesTls() && tls == null) {
        throw new IllegalArgumentException(remotes + " needs a key, a certificate and a CA");
      }
      return new OvsdbClient(this);
    }
  }
}
