package io.fastvif.ovsdb;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Stands before a server of OVSDB, and does to transactions what a test wants. */
public final class OvsdbProxy implements AutoCloseable {
  private static final int MESSAGE_LIMIT = 1 << 24;

  /** What becomes of a transaction. */
  public enum Fate {
    /** The server executes it. */
    PASS,
    /** It never comes to the server, which is said to refuse the first change of it. */
    REFUSE,
    /** The connection is lost before it comes to the server. */
    LOSE_BEFORE,
    /** The connection is lost when the server has executed it, before its answer. */
    LOSE_AFTER
  }

  private final ServerSocketChannel listener;
  private final Path socket;
  private final Path server;
  private final Supplier<Fate> fate;
  private final List<SocketChannel> channels = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  /** Whether clients are told nothing of what changes until they ask for a transaction. */
  private volatile boolean holding;

  /** How long clients are told of a change after the server tells it. */
  private volatile long lateNanos;

  /**
   * Begins to listen.
   *
   * @param socket where it listens
   * @param server where the server does
   * @param fate asked for each transaction, on a thread of the proxy's
   */
  public OvsdbProxy(Path socket, Path server, Supplier<Fate> fate) throws IOException {
    this.socket = socket;
    this.server = server;
    this.fate = fate;
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    start("ovsdb-proxy", this::accept);
  }

  /** Its address. */
  public String address() {
    return "unix:" + socket;
  }

  /** From here on, a client hears of changes only when it has sent its next transaction. */
  public void holdUpdates() {
    holding = true;
  }

  /** From here on, a client hears of each change so much later, and of what comes behind it. */
  public void delayUpdates(Duration late) {
    lateNanos = late.toNanos();
  }

  private void start(String name, Runnable code) {
    threads.add(Thread.ofPlatform().daemon().name(name).start(code));
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        channels.add(client);
        SocketChannel behind = SocketChannel.open(UnixDomainSocketAddress.of(server));
        channels.add(behind);
        Connection connection = new Connection(client, behind);
        start("ovsdb-proxy-requests", () -> connection.pump(client, connection::request));
        start("ovsdb-proxy-answers", () -> connection.pump(behind, connection::answer));
      } catch (IOException closed) {
        // by the test, or the server is away
      }
    }
  }

  private interface Handler {
    void handle(Map<?, ?> message, ByteBuffer bytes) throws IOException;
  }

  /** A client's, and the one to the server for it. */
  private final class Connection {
    private final SocketChannel client;
    private final SocketChannel behind;

    /** Of the transaction whose answer is not to come. */
    private volatile Object lost;

    /** What the client is to be told later. */
    private final List<ByteBuffer> held = new ArrayList<>();

    Connection(SocketChannel client, SocketChannel behind) {
      this.client = client;
      this.behind = behind;
    }

    private void pump(SocketChannel from, Handler handler) {
      MessageSplitter input = new MessageSplitter(MESSAGE_LIMIT);
      try (client;
          behind) {
        for (int count = from.read(input.space()); count >= 0; count = from.read(input.space())) {
          input.filled(count);
          for (int length = input.next(); length >= 0; length = input.next()) {
            int start = input.messageStart();
            Map<?, ?> message = JsonReader.object(input.array(), start, length);
            handler.handle(message, ByteBuffer.wrap(input.array(), start, length));
            input.consume();
          }
        }
      } catch (IOException ended) {
        // by one of the three
      }
    }

    private void request(Map<?, ?> message, ByteBuffer bytes) throws IOException {
      if ("transact".equals(message.get("method"))) {
        release();
      }
      switch ("transact".equals(message.get("method")) ? fate.get() : Fate.PASS) {
        case PASS -> write(behind, bytes);
        case REFUSE -> refuse(message);
        case LOSE_BEFORE -> client.close();
        case LOSE_AFTER -> {
          lost = message.get("id");
          write(behind, bytes);
        }
      }
    }

    private void answer(Map<?, ?> message, ByteBuffer bytes) throws IOException {
      if (lost != null && lost.equals(message.get("id"))) {
        client.close();
      } else if (!hold(message, bytes)) {
        if (isUpdate(message)) {
          delay();
        }
        write(client, bytes);
      }
    }

    private void delay() {
      long end = System.nanoTime() + lateNanos;
      for (long left = lateNanos; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    private boolean isUpdate(Map<?, ?> message) {
      return message.get("method") instanceof String method && method.startsWith("up");
    }

    private synchronized boolean hold(Map<?, ?> message, ByteBuffer bytes) {
      if (!holding || !isUpdate(message)) {
        return false;
      }
      held.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
      return true;
    }

    /** The answer to the transaction comes behind. */
    private synchronized void release() throws IOException {
      holding = false;
      for (ByteBuffer update : held) {
        write(client, update);
      }
      held.clear();
    }

    private void refuse(Map<?, ?> message) throws IOException {
      List<String> results = new ArrayList<>();
      for (Object parameter : (List<?>) message.get("params")) {
        if (parameter instanceof Map<?, ?> operation) {
          if (!"wait".equals(operation.get("op"))) {
            results.add("{\"error\":\"constraint violation\",\"details\":\"by the test\"}");
            break;
          }
          results.add("{}");
        }
      }
      String text = "{\"id\":" + message.get("id") + ",\"error\":null,\"result\":" + results + "}";
      write(client, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private synchronized void write(SocketChannel to, ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (SocketChannel channel : channels) {
      channel.close();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
