package io.fastvif.ovsdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server of OVSDB, without a database {@code _Server}, that says what a test tells it to say. */
public final class FakeOvsdbServer implements AutoCloseable {
  private static final int MESSAGE_LIMIT = 1 << 20;

  /** Answers requests. */
  public interface Script {
    /**
     * The answer's members behind the id, such as {@code "result":[],"error":null}; null to say
     * nothing.
     */
    String answer(String method, List<?> parameters);
  }

  private final ServerSocketChannel listener;
  private final Path socket;
  private final Script script;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile SocketChannel connection;
  private volatile boolean closed;

  /** Bytes are sent in pieces of that many. */
  private final int piece;

  /** Starts the server. */
  public FakeOvsdbServer(Path socket, int piece, Script script) throws IOException {
    this.socket = socket;
    this.piece = piece;
    this.script = script;
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    thread = new Thread(this::serve, "fake-ovsdb");
    thread.start();
  }

  /** Its address. */
  public String address() {
    return "unix:" + socket;
  }

  private void serve() {
    while (!closed) {
      try (SocketChannel accepted = listener.accept()) {
        connection = accepted;
        converse(accepted);
      } catch (IOException | UncheckedIOException ended) {
        // the client or the test has ended the connection
      }
    }
  }

  private void converse(SocketChannel accepted) throws IOException {
    MessageSplitter input = new MessageSplitter(MESSAGE_LIMIT);
    for (int count = accepted.read(input.space());
        count >= 0;
        count = accepted.read(input.space())) {
      input.filled(count);
      for (int length = input.next(); length >= 0; length = input.next()) {
        Map<?, ?> message = JsonReader.object(input.array(), input.messageStart(), length);
        input.consume();
        Object method = message.get("method");
        if (method == null) {
          heard.add("answer " + message.get("id") + " " + message.get("result"));
          continue;
        }
        if (message.get("params") instanceof List<?> p
            && !p.isEmpty()
            && ServerStatus.DATABASE.equals(p.get(0))) {
          say("{\"id\":" + message.get("id") + ",\"result\":null,\"error\":\"unknown database\"}");
          continue;
        }
        heard.add(method.toString());
        String answer = script.answer(method.toString(), (List<?>) message.get("params"));
        if (answer != null) {
          say("{\"id\":" + message.get("id") + "," + answer + "}");
        }
      }
    }
  }

  /** The next thing that the client said: a request's method, or an answer. */
  public String nextHeard() throws InterruptedException {
    return heard.poll(60, TimeUnit.SECONDS);
  }

  /** Sends a message. */
  public void say(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    try {
      for (int i = 0; i < bytes.length; i += piece) {
        connection.write(ByteBuffer.wrap(bytes, i, Math.min(piece, bytes.length - i)));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Closes the connection. */
  public void hangUp() throws IOException {
    connection.close();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    if (connection != null) {
      connection.close();
    }
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
