package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * As many clients of an agent as there are VIFs, each with a connection of its own. One thread has
 * them all: it writes every request before it reads the first answer, so that the agent has all at
 * once, and the clients' part is small beside its.
 */
final class AgentConnections implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final String LENGTH = "content-length:";

  private final List<SocketChannel> connections = new ArrayList<>();
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);

  /** Connects that often. */
  AgentConnections(String socket, int count) throws IOException {
    try {
      for (int i = 0; i < count; i++) {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connections.add(connection);
        connection.connect(UnixDomainSocketAddress.of(socket));
      }
    } catch (IOException refused) {
      close();
      throw refused;
    }
  }

  /**
   * Plugs a VIF on each connection.
   *
   * @return nanoseconds until the last answer
   * @throws IOException if one is not plugged
   */
  long plug(List<BenchVif> vifs) throws IOException {
    List<ByteBuffer> requests = vifs.stream().map(AgentConnections::put).toList();
    long start = System.nanoTime();
    for (int i = 0; i < requests.size(); i++) {
      while (requests.get(i).hasRemaining()) {
        connections.get(i).write(requests.get(i));
      }
    }
    for (int i = 0; i < requests.size(); i++) {
      String answer = answer(connections.get(i));
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        throw new IOException("the agent: " + answer);
      }
    }
    return System.nanoTime() - start;
  }

  private static ByteBuffer put(BenchVif vif) {
    byte[] body = BenchVif.json(vif).getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("PUT "
                + AgentSystem.AgentSession.target(vif)
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length
                + END_OF_HEAD)
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
  }

  /** The whole of an answer, which says its length. */
  private String answer(SocketChannel connection) throws IOException {
    in.clear();
    while (in.hasRemaining() && connection.read(in) >= 0) {
      String text = new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
      if (isWhole(text)) {
        return text;
      }
    }
    throw new IOException("no answer of a length that it says, and at most " + BUFFER_BYTES);
  }

  /** Whether the body has the length that the head says; it is ASCII, or counted too short. */
  static boolean isWhole(String answer) {
    int body = answer.indexOf(END_OF_HEAD) + END_OF_HEAD.length();
    int length = answer.toLowerCase(Locale.ROOT).indexOf(LENGTH);
    if (body < END_OF_HEAD.length() || length < 0 || length > body) {
      return false;
    }
    int end = answer.indexOf('\r', length);
    return answer.length() - body
        >= Integer.parseInt(answer.substring(length + LENGTH.length(), end).strip());
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }
}
