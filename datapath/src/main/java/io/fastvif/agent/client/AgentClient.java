package io.fastvif.agent.client;

import io.fastvif.files.HostPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * A connection to an agent. For one thread, but for {@link #endWithin}; the answer to a request is
 * read or closed before the next request.
 */
public final class AgentClient implements AutoCloseable {
  /** Where the agent listens if nobody says otherwise. */
  public static final String DEFAULT_SOCKET = "/run/fastvif/agent.sock";

  /** How long an agent may be silent: longer than a VIF's slowest step. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(2);

  private static final String JSON = "application/json";

  private final String socket;
  private final AnswerTime patience;

  /** Volatile for {@link #endWithin}. */
  private volatile SocketStream stream;

  private AgentResponse last;

  /**
   * Connects at the first request.
   *
   * @param socket the path of the agent's socket
   * @param patience how long the agent may be silent
   */
  public AgentClient(String socket, Duration patience) {
    this.socket = Objects.requireNonNull(socket);
    this.patience = new AnswerTime(patience);
  }

  /** The path of the agent's socket. */
  public String socket() {
    return socket;
  }

  /**
   * Asks without a body.
   *
   * @param target path and query, such as {@code /v1/vifs}
   * @throws AgentUnavailableException if there is no agent, or it may not be asked
   * @throws IOException if it ends while it answers, is silent, or says what is not HTTP
   */
  public AgentResponse send(String method, String target) throws IOException {
    return send(method, target, null);
  }

  /**
   * Asks.
   *
   * @param target as of {@link #send(String, String)}
   * @param json the body; null for none
   */
  public AgentResponse send(String method, String target, String json) throws IOException {
    return send(method, target, json, Map.of("Accept", "*/*"));
  }

  /**
   * Asks with headers of the caller's own.
   *
   * @param headers beside those of the connection and the body; no line break may be in them
   */
  AgentResponse send(String method, String target, String json, Map<String, String> headers)
      throws IOException {
    byte[] body = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
    byte[] head = head(method, target, body, headers).getBytes(StandardCharsets.UTF_8);
    boolean isReused = isReusable();
    try {
      return answered(head, body);
    } catch (SilentEndException closed) {
      // An agent closes connections that nobody uses; a request that it has not begun to answer
      // there may not be sent twice unless nothing of the connection was used for it.
      if (!isReused || !closed.isBeforeRequest()) {
        throw closed;
      }
      close();
      return answered(head, body);
    }
  }

  private AgentResponse answered(byte[] head, byte[] body) throws IOException {
    if (!isReusable()) {
      close();
      stream = SocketStream.connect(HostPath.of(socket), socket, patience);
    }
    last = null;
    SocketStream connected = stream;
    connected.write(head, body == null ? new byte[0] : body);
    last = AgentResponse.read(connected);
    return last;
  }

  private boolean isReusable() {
    return stream != null && last != null && last.isReusable();
  }

  private static String head(
      String method, String target, byte[] body, Map<String, String> headers) {
    StringBuilder head =
        new StringBuilder(method)
            .append(' ')
            .append(target)
            .append(" HTTP/1.1\r\nHost: localhost\r\nUser-Agent: fastvif\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (body != null) {
      head.append("Content-Type: ").append(JSON).append("\r\nContent-Length: ");
      head.append(body.length).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /**
   * Waits less from now on, for a command that was told to end: what is under way, and what comes
   * after, is given up then. What was asked for goes on. For any thread; the first call counts.
   *
   * @param silent how long the agent may still be silent
   * @param all how long is waited at most, whatever comes
   */
  public void endWithin(Duration silent, Duration all) {
    patience.endWithin(silent, all);
    SocketStream waiting = stream;
    if (waiting != null) {
      waiting.wake();
    }
  }

  /** Ends the connection; what was asked for goes on. */
  @Override
  public void close() throws IOException {
    SocketStream old = stream;
    if (old != null) {
      old.close();
      stream = null;
      last = null;
    }
  }
}
