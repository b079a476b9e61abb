package io.fastvif.agent.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Lets a browser of this machine look at an agent: a port of the loopback address whose URLs begin
 * with a secret token, and which asks the agent's socket as the user of this process.
 *
 * <p>Nobody gets anything without the token, which is compared in a time that tells nothing of it.
 * Requests whose {@code Host} is another than the port's own are refused, so that a name of
 * somebody's domain that leads here gets nothing either; no answer allows a page of another origin
 * to read it. Only {@code GET} is passed on: it is for looking.
 */
public final class LoopbackProxy implements AutoCloseable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int TOKEN_BYTES = 24;
  private static final int BACKLOG = 32;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_HEAD = 16 << 10;
  private static final int HEAD_MILLIS = 10_000;
  private static final int BUFFER = 16 << 10;
  private static final Duration PATIENCE = Duration.ofHours(24);

  /** Of an answer, what is passed on; the rest belongs to the connection. */
  private static final List<String> HEADERS =
      List.of("content-type", "cache-control", "content-security-policy", "etag", "retry-after");

  /** Of a request, what is passed on. */
  private static final List<String> ASKED = List.of("accept", "last-event-id");

  private final String agent;
  private final ServerSocket listening;
  private final String token;
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Thread accepting =
      Thread.ofPlatform().daemon().name("loopback-proxy").unstarted(this::accept);

  private LoopbackProxy(String agent, ServerSocket listening, String token) {
    this.agent = agent;
    this.listening = listening;
    this.token = token;
  }

  /**
   * Opens a port that is free.
   *
   * @param agent the path of the agent's socket
   */
  public static LoopbackProxy open(String agent) throws IOException {
    byte[] secret = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(secret);
    ServerSocket listening = new ServerSocket();
    try {
      listening.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), BACKLOG);
    } catch (IOException refused) {
      listening.close();
      throw refused;
    }
    LoopbackProxy proxy =
        new LoopbackProxy(
            agent, listening, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    proxy.accepting.start();
    return proxy;
  }

  /** What to open in the browser. */
  public String url() {
    return "http://127.0.0.1:" + listening.getLocalPort() + "/" + token + "/";
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket caller = listening.accept();
        if (!connections.tryAcquire()) {
          caller.close();
          continue;
        }
        open.add(caller);
        Thread.ofVirtual().name("loopback-caller").start(() -> serve(caller));
      } catch (SocketException closed) {
        return;
      } catch (IOException broken) {
        // of that caller
      }
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      caller.setSoTimeout(HEAD_MILLIS);
      String head = head(caller.getInputStream());
      if (head != null) {
        answer(head, caller.getOutputStream());
      }
    } catch (IOException gone) {
      // the browser has left, or is too slow
    } finally {
      open.remove(caller);
      connections.release();
    }
  }

  /** A request's line and headers; null if it sends none that are short enough. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < MAX_HEAD) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      head.append((char) b);
      if (b == '\n' && (endsWith(head, "\r\n\r\n") || endsWith(head, "\n\n"))) {
        return head.toString();
      }
    }
    return null;
  }

  private static boolean endsWith(StringBuilder text, String end) {
    return text.length() >= end.length()
        && text.substring(text.length() - end.length()).equals(end);
  }

  private void answer(String head, OutputStream out) throws IOException {
    List<String> lines = head.lines().toList();
    String[] words = lines.getFirst().split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      refuse(out, "400 Bad Request", "this is no request");
    } else if (!isForThisPort(lines)) {
      refuse(out, "421 Misdirected Request", "the Host is not this port");
    } else if (!hasToken(words[1])) {
      refuse(out, "404 Not Found", "there is nothing here");
    } else if (!words[0].equals("GET")) {
      refuse(out, "405 Method Not Allowed", "only GET is passed on");
    } else {
      pass(words[1].substring(token.length() + 1), asked(lines), out);
    }
  }

  /** Exactly one Host, and that of {@link #url()}, or the same by the name that it always has. */
  private boolean isForThisPort(List<String> lines) {
    List<String> hosts =
        lines.stream()
            .skip(1)
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("host:"))
            .map(line -> line.substring("host:".length()).strip())
            .toList();
    int port = listening.getLocalPort();
    return hosts.size() == 1
        && (hosts.getFirst().equals("127.0.0.1:" + port)
            || hosts.getFirst().equals("localhost:" + port));
  }

  private boolean hasToken(String target) {
    int end = target.indexOf('/', 1);
    String given = target.startsWith("/") && end > 0 ? target.substring(1, end) : "";
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  private static void refuse(OutputStream out, String status, String why) throws IOException {
    byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: text/plain\r\nContent-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.UTF_8));
    out.write(body);
  }

  /** What the browser says of the answer that it wants: events, and from where on. */
  private static Map<String, String> asked(List<String> lines) {
    Map<String, String> asked = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (ASKED.contains(name)) {
        asked.put(name, line.substring(colon + 1).strip());
      }
    }
    return asked;
  }

  private void pass(String target, Map<String, String> asked, OutputStream out) throws IOException {
    try (AgentClient client = new AgentClient(agent, PATIENCE)) {
      AgentResponse answer;
      try {
        answer = client.send("GET", target, null, asked);
      } catch (IOException unavailable) {
        refuse(out, "502 Bad Gateway", unavailable.getMessage());
        return;
      }
      StringBuilder head = new StringBuilder("HTTP/1.1 ").append(answer.status()).append(" \r\n");
      for (String name : HEADERS) {
        if (!answer.header(name).isEmpty()) {
          head.append(name).append(": ").append(answer.header(name)).append("\r\n");
        }
      }
      head.append("Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n");
      head.append("X-Frame-Options: DENY\r\nConnection: close\r\n\r\n");
      out.write(head.toString().getBytes(StandardCharsets.UTF_8));
      copy(answer.body(), out);
    }
  }

  /** Each piece at once: it may be an event. */
  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (BufferedOutputStream out = new BufferedOutputStream(to, BUFFER)) {
      for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
        out.write(buffer, 0, count);
        out.flush();
      }
    }
  }

  /** The port is there until the thread that accepts has come back from the kernel. */
  private void awaitLastAccepted() {
    boolean interrupted = false;
    while (accepting.isAlive()) {
      try {
        accepting.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the port and what is connected to it; nobody is let in any more when it returns. */
  @Override
  public void close() throws IOException {
    listening.close();
    awaitLastAccepted();
    for (Socket each : open) {
      each.close();
    }
  }
}
