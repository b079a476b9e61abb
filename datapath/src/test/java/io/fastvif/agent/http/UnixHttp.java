package io.fastvif.agent.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** A client with its own reading of HTTP/1.1, so that a test sees what a server really sends. */
public final class UnixHttp implements AutoCloseable {
  private static final long BOUND_MILLIS = 120_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private final SocketChannel channel;
  private Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10).flip();

  /** An answer; the body of a stream is that of all its chunks. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Answer(int status, Map<String, String> headers, byte[] bytes) {
    /** The value of a header, null if it is missing. */
    public String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** The body as text. */
    public String body() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private UnixHttp(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
  }

  /** Made when it is first waited for: most of ten thousand clients never wait. */
  Selector selector() throws IOException {
    if (selector == null) {
      selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
    }
    return selector;
  }

  /** A client that is not connected yet. */
  static UnixHttp prepare() throws IOException {
    return new UnixHttp(SocketChannel.open(StandardProtocolFamily.UNIX));
  }

  /** Connects; waits while the server's queue is full, which is no more than a lack of time. */
  public static UnixHttp to(Path socket) throws IOException {
    long deadline = System.nanoTime() + BOUND_MILLIS * 1_000_000;
    while (true) {
      try {
        return connected(socket);
      } catch (SocketException refused) {
        boolean isFull = "Resource temporarily unavailable".equals(refused.getMessage());
        if (!isFull || System.nanoTime() - deadline > 0) {
          throw refused;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static UnixHttp connected(Path socket) throws IOException {
    UnixHttp client = prepare();
    try {
      client.connect(socket);
    } catch (IOException failed) {
      client.close();
      throw failed;
    }
    return client;
  }

  /** Connects, which needs no descriptor. */
  void connect(Path socket) throws IOException {
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  /** One request on a connection of its own. */
  public static Answer ask(Path socket, String method, String path, String body)
      throws IOException {
    try (UnixHttp client = to(socket)) {
      return client.ask(method, path, body);
    }
  }

  /** One request; further ones may follow. */
  public Answer ask(String method, String path, String body, String... headers) throws IOException {
    send(request(method, path, body, headers));
    return answer(method.equals("HEAD"));
  }

  /** The bytes of a request. */
  public static byte[] request(String method, String path, String body, String... headers) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (content.length > 0) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(content.length);
      head.append("\r\n");
    }
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(start.length + content.length).put(start).put(content).array();
  }

  /** Sends bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    long deadline = System.nanoTime() + BOUND_MILLIS * 1_000_000;
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("nothing is taken within 120 s");
        }
        Selector waiting = selector();
        channel.keyFor(waiting).interestOps(SelectionKey.OP_WRITE);
        waiting.select(BOUND_MILLIS);
        channel.keyFor(waiting).interestOps(SelectionKey.OP_READ);
      }
    }
  }

  /** Sends text as it is. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends no more. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Reads the answer to a request. */
  public Answer answer() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean isHead) throws IOException {
    String[] status = line().split(" ", 3);
    if (!status[0].equals("HTTP/1.1")) {
      throw new IOException("not HTTP: " + String.join(" ", status));
    }
    Map<String, String> headers = headers();
    int code = Integer.parseInt(status[1]);
    if (code == 100) {
      return answer(isHead);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (isHead) {
      return new Answer(code, headers, body.toByteArray());
    }
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      for (byte[] chunk = chunk(); chunk != null; chunk = chunk()) {
        body.writeBytes(chunk);
      }
    } else if (headers.containsKey("content-length")) {
      body.writeBytes(bytes(Integer.parseInt(headers.get("content-length"))));
    } else {
      for (int next = read(); next >= 0; next = read()) {
        body.write(next);
      }
    }
    return new Answer(code, headers, body.toByteArray());
  }

  /** Reads the status and the headers of an answer whose chunks are read one by one. */
  public Map<String, String> head() throws IOException {
    String status = line();
    if (!status.startsWith("HTTP/1.1 200 ")) {
      throw new IOException(status);
    }
    return headers();
  }

  /** The next chunk of a stream; null at its end. */
  public byte[] chunk() throws IOException {
    int size = Integer.parseInt(line(), 16);
    byte[] chunk = bytes(size);
    if (!line().isEmpty()) {
      throw new IOException("a chunk without an end");
    }
    return size == 0 ? null : chunk;
  }

  /** The next bytes as text. */
  public String text(int count) throws IOException {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    return headers;
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      int next = read();
      if (next < 0) {
        throw new IOException("the connection ends after " + i + " of " + count + " bytes");
      }
      bytes[i] = (byte) next;
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = read();
      if (next < 0) {
        throw new IOException("the connection ends after: " + line);
      }
      if (next == '\n') {
        return line.substring(0, Math.max(0, line.length() - 1));
      }
      line.append((char) next);
    }
  }

  /** The next byte; -1 at the end of the connection. */
  public int read() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int count = channel.read(buffer);
      long deadline = System.nanoTime() + BOUND_MILLIS * 1_000_000;
      while (count == 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("nothing comes within 120 s");
        }
        selector().select(BOUND_MILLIS);
        selector.selectedKeys().clear();
        count = channel.read(buffer);
      }
      buffer.flip();
      if (count < 0) {
        buffer.position(buffer.limit());
        return -1;
      }
    }
    return buffer.get() & 0xff;
  }

  /** Whether something has come within a tenth of a second. */
  public boolean hasAnswer() throws IOException {
    return buffer.hasRemaining() || selector().select(100) > 0;
  }

  /** Whether the server has closed the connection, possibly after more bytes. */
  public boolean isEnded() throws IOException {
    try {
      while (read() >= 0) {
        // what else it says
      }
      return true;
    } catch (IOException reset) {
      return !String.valueOf(reset.getMessage()).startsWith("nothing comes");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (selector != null) {
      selector.close();
    }
  }
}
