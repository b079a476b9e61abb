package io.fastvif.ovsdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One connection to the server: asks for the schema, monitors what the schema has of what is
 * wanted, and from then on takes transactions. Used by the client's thread alone.
 */
final class OvsdbSession implements AutoCloseable {
  private static final int MESSAGE_LIMIT = 256 << 20;
  private static final String MONITOR = "fastvif";
  private static final String SERVER_MONITOR = "fastvif-server";
  static final String NO_TRANSACTION = "00000000-0000-0000-0000-000000000000";

  /** The ways to monitor, the best first, with the notification that belongs to each. */
  private static final List<String> METHODS =
      List.of("monitor_cond_since", "monitor_cond", "monitor");

  private static final List<String> NOTIFICATIONS = List.of("update3", "update2", "update");

  /** Told what the session learns. */
  interface Owner {
    /** The rows are to be those of this schema; whether all before are forgotten is said later. */
    void onSchema(OvsdbSchema schema);

    /**
     * Rows came or changed.
     *
     * @param initial whether these are all rows, and others forgotten
     * @param differences whether they have the form of update2
     */
    void onUpdate(Object updates, boolean initial, boolean differences);

    /** The rows are those of the server from now on. */
    void onCurrent();

    /** The identifier of the last transaction whose changes were given to {@link #onUpdate}. */
    void onTransaction(String id);
  }

  private interface Answer {
    void accept(Object result, Object error);
  }

  /** A transaction, and who is to be told. */
  private record InFlight(TransactionHandler handler, int operations, long deadline) {}

  private final SocketChannel channel;
  private final Selector selector;
  private final ByteLink link;
  private final String database;
  private final Map<String, List<String>> wanted;
  private final Owner owner;
  private final ServerStatus status;
  private final MessageSplitter input = new MessageSplitter(MESSAGE_LIMIT);
  private final ArrayDeque<ByteBuffer> output = new ArrayDeque<>();
  private final Map<Long, Answer> requests = new LinkedHashMap<>();
  private final Map<Long, InFlight> transactions = new LinkedHashMap<>();
  private final String lastTransaction;
  private Map<String, List<String>> monitored = Map.of();
  private int method;
  private boolean complete;
  private boolean current;
  private long lastId;
  private long lastHeard = System.nanoTime();
  private boolean probed;

  OvsdbSession(
      SocketChannel channel,
      Selector selector,
      ByteLink link,
      String database,
      Map<String, List<String>> wanted,
      String lastTransaction,
      ServerStatus status,
      Owner owner) {
    this.channel = channel;
    this.selector = selector;
    this.link = link;
    this.database = database;
    this.wanted = wanted;
    this.lastTransaction = lastTransaction;
    this.status = status;
    this.owner = owner;
    status.reset();
  }

  /** The socket is connected. */
  void begin() {
    long server = ++lastId;
    requests.put(server, this::onServerSchema);
    output.add(RpcWriter.getSchema(ServerStatus.DATABASE, server));
    long id = ++lastId;
    requests.put(id, this::onSchema);
    output.add(RpcWriter.getSchema(database, id));
  }

  /** Whether the rows are those of the database now. */
  boolean isCurrent() {
    return current;
  }

  /** When the server was last heard of. */
  long lastHeard() {
    return lastHeard;
  }

  private void onServerSchema(Object result, Object error) {
    if (error != null) {
      status.absent();
      becomeCurrent();
      return;
    }
    OvsdbSchema schema = OvsdbSchema.read(result);
    List<String> columns = new ArrayList<>(ServerStatus.COLUMNS);
    columns.removeIf(column -> !schema.hasColumn(ServerStatus.TABLE, column));
    if (columns.isEmpty()) {
      status.absent();
      becomeCurrent();
      return;
    }
    long id = ++lastId;
    requests.put(
        id,
        (rows, refusal) -> {
          if (refusal == null) {
            onStatus(rows, true, schema);
          } else {
            throw new OvsdbProtocolException("the server does not say how it is: " + refusal);
          }
        });
    output.add(
        RpcWriter.monitor(
            "monitor",
            ServerStatus.DATABASE,
            SERVER_MONITOR,
            Map.of(ServerStatus.TABLE, columns),
            null,
            id));
  }

  private void onStatus(Object updates, boolean initial, OvsdbSchema schema) {
    status.update(updates, initial, schema);
    String problem = status.problem();
    if (problem != null) {
      throw new OvsdbProtocolException(problem);
    }
    becomeCurrent();
  }

  private void becomeCurrent() {
    if (complete && status.isKnown() && !current) {
      current = true;
      owner.onCurrent();
    }
  }

  private void onSchema(Object result, Object error) {
    if (error != null) {
      throw new OvsdbProtocolException("no schema of " + database + ": " + error);
    }
    OvsdbSchema schema = OvsdbSchema.read(result);
    owner.onSchema(schema);
    monitored = new LinkedHashMap<>();
    wanted.forEach(
        (table, columns) -> {
          List<String> there = new ArrayList<>(columns);
          there.removeIf(column -> !schema.hasColumn(table, column));
          if (!there.isEmpty()) {
            monitored.put(table, there);
          }
        });
    monitor();
  }

  private void monitor() {
    long id = ++lastId;
    String since = method == 0 ? lastTransaction : null;
    requests.put(id, (result, error) -> onMonitor(result, error));
    output.add(RpcWriter.monitor(METHODS.get(method), database, MONITOR, monitored, since, id));
  }

  private void onMonitor(Object result, Object error) {
    if (error != null) {
      if (++method == METHODS.size()) {
        throw new OvsdbProtocolException("the server does not monitor: " + error);
      }
      monitor();
      return;
    }
    if (method > 0) {
      owner.onUpdate(result, true, method == 1);
    } else if (result instanceof List<?> answer && answer.size() == 3) {
      owner.onUpdate(answer.get(2), !Boolean.TRUE.equals(answer.get(0)), true);
      owner.onTransaction(String.valueOf(answer.get(1)));
    } else {
      throw new OvsdbProtocolException("an answer to monitor_cond_since that is not an array of 3");
    }
    complete = true;
    becomeCurrent();
  }

  /** Sends a transaction. */
  void transact(byte[] parameters, int operations, long deadline, TransactionHandler handler) {
    long id = ++lastId;
    transactions.put(id, new InFlight(handler, operations, deadline));
    output.add(RpcWriter.request("transact", parameters, id));
  }

  /** Writes what goes without blocking. */
  void write() throws IOException {
    while (!output.isEmpty()) {
      ByteBuffer first = output.peek();
      link.write(first);
      if (first.hasRemaining()) {
        break;
      }
      output.remove();
    }
    ByteLink.interest(channel, selector, link.wantsToWrite(!output.isEmpty()));
  }

  /**
   * Reads and handles what has come.
   *
   * @return false if the server has closed the connection
   */
  boolean read() throws IOException {
    while (true) {
      ByteBuffer space = input.space();
      int count = link.read(space);
      if (count <= 0) {
        return count == 0;
      }
      lastHeard = System.nanoTime();
      probed = false;
      input.filled(count);
      for (int length = input.next(); length >= 0; length = input.next()) {
        Map<?, ?> message = JsonReader.object(input.array(), input.messageStart(), length);
        input.consume();
        handle(message);
      }
      if (space.hasRemaining() && link.readsAll()) {
        return true; // the selector tells of what comes behind
      }
    }
  }

  private void handle(Map<?, ?> message) {
    Object name = message.get("method");
    if (name == null) {
      handleAnswer(message);
    } else if (name.equals("echo")) {
      output.add(RpcWriter.echoAnswer(message));
    } else if (message.get("params") instanceof List<?> p && p.size() >= 2) {
      if (name.equals("update") && SERVER_MONITOR.equals(p.get(0))) {
        onStatus(p.getLast(), false, null);
        return;
      }
      if (!name.equals(NOTIFICATIONS.get(method)) || !MONITOR.equals(p.get(0))) {
        return; // not of this monitor
      }
      owner.onUpdate(p.getLast(), false, method < 2);
      if (method == 0) {
        owner.onTransaction(String.valueOf(p.get(1)));
      }
    }
  }

  private void handleAnswer(Map<?, ?> message) {
    if (!(message.get("id") instanceof Long id)) {
      return;
    }
    InFlight transaction = transactions.get(id);
    if (transaction != null) {
      Object error = message.get("error");
      // A malformed one ends the connection, and with it the transaction, which is still there.
      TransactionOutcome outcome =
          error == null
              ? TransactionOutcome.read(message.get("result"), transaction.operations)
              : new TransactionOutcome(TransactionOutcome.Kind.REFUSED, -1, error.toString(), "");
      transactions.remove(id);
      tell(transaction, outcome);
      return;
    }
    Answer answer = requests.remove(id);
    if (answer != null) {
      answer.accept(message.get("result"), message.get("error"));
    }
  }

  private static void tell(InFlight transaction, TransactionOutcome outcome) {
    OvsdbClient.guard(() -> transaction.handler.completed(outcome));
  }

  /** Whether the server owes an answer. */
  boolean awaitsAnswer() {
    return !requests.isEmpty() || !transactions.isEmpty() || probed;
  }

  /** How long nothing is to be done, unless the server says something. */
  long nanosLeft(long now, long interval) {
    long left = lastHeard + (probed ? 2 : 1) * interval - now;
    for (InFlight transaction : transactions.values()) {
      left = Math.min(left, transaction.deadline - now);
    }
    return left;
  }

  /** Answers the transactions whose time has passed. */
  void expire(long now) {
    if (transactions.isEmpty()) {
      return;
    }
    List<InFlight> expired = new ArrayList<>();
    transactions
        .values()
        .removeIf(
            transaction -> {
              boolean late = now - transaction.deadline > 0;
              if (late) {
                expired.add(transaction);
              }
              return late;
            });
    for (InFlight transaction : expired) {
      tell(transaction, TransactionOutcome.lost(true, "the database did not answer in time"));
    }
  }

  /**
   * Asks an idle server for a sign of life.
   *
   * @return false if it did not give one
   */
  boolean probe(long now, long interval) {
    if (now - lastHeard < interval) {
      return true;
    }
    if (probed) {
      return now - lastHeard < 2 * interval;
    }
    probed = true;
    output.add(RpcWriter.echo(++lastId));
    return true;
  }

  /** Finishes the socket's connecting. */
  boolean finishConnect() throws IOException {
    if (!channel.finishConnect()) {
      return false;
    }
    SelectionKey key = channel.keyFor(selector);
    key.interestOps(SelectionKey.OP_READ);
    return true;
  }

  /** Ends the connection; what was in flight is answered as unknown. */
  void close(String problem) {
    link.close();
    List<InFlight> lost = new ArrayList<>(transactions.values());
    transactions.clear();
    for (InFlight transaction : lost) {
      tell(transaction, TransactionOutcome.lost(true, problem));
    }
  }

  @Override
  public void close() {
    close("the client was closed");
  }
}
