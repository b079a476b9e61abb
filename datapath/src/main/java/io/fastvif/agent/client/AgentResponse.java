package io.fastvif.agent.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** An agent's answer: its status and headers, and its body as it comes. */
public final class AgentResponse {
  private static final int MAX_LINE = 16 << 10;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_TEXT = 32 << 20;
  private static final int MAX_INTERIM = 10;
  private static final int MIN_STATUS = 200;
  private static final int MIN_FAILURE = 400;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private final SocketStream stream;
  private final int status;
  private final Map<String, String> headers;
  private final ResponseBody body;

  private AgentResponse(
      SocketStream stream, int status, Map<String, String> headers, ResponseBody body) {
    this.stream = stream;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Reads an answer's head. */
  static AgentResponse read(SocketStream stream) throws IOException {
    int status = 0;
    Map<String, String> headers = Map.of();
    for (int i = 0; status < MIN_STATUS; i++) { // "100 Continue" and the like
      if (i > MAX_INTERIM) {
        throw stream.broken("says more than " + MAX_INTERIM + " times that its answer comes");
      }
      String line = line(stream);
      if (line == null) {
        throw stream.ended();
      }
      status = status(stream, line);
      headers = headers(stream);
    }
    boolean isEmpty = status == NO_CONTENT || status == NOT_MODIFIED;
    return new AgentResponse(
        stream,
        status,
        headers,
        ResponseBody.of(stream, isEmpty ? Map.of("content-length", "0") : headers));
  }

  private static int status(SocketStream stream, String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw stream.broken("does not speak HTTP: it says " + shown(line));
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static String shown(String line) {
    return "\"" + line.substring(0, Math.min(60, line.length())).replaceAll("\\p{C}", "?") + "\"";
  }

  private static Map<String, String> headers(SocketStream stream) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < MAX_HEADERS; i++) {
      String line = line(stream);
      if (line == null) {
        throw stream.ended();
      }
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw stream.broken("says a header that is none: " + shown(line));
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    throw stream.broken("says more than " + MAX_HEADERS + " headers");
  }

  /** A line without its end; null if the connection ends where it would begin. */
  static String line(SocketStream stream) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = stream.read(); b != '\n'; b = stream.read()) {
      if (b < 0) {
        if (line.isEmpty()) {
          return null;
        }
        throw stream.broken("has ended within its answer");
      }
      if (line.length() >= MAX_LINE) {
        throw stream.broken("says a line of more than " + MAX_LINE + " bytes");
      }
      line.append((char) b);
    }
    int end = line.length() - 1;
    if (end >= 0 && line.charAt(end) == '\r') {
      line.setLength(end);
    }
    return line.toString();
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /** Whether the agent did what was asked, or says what it was asked for. */
  public boolean isSuccess() {
    return status < MIN_FAILURE;
  }

  /**
   * A header's value; empty if it is not there.
   *
   * @param name in small letters
   */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** The media type without parameters. */
  public String contentType() {
    String type = header("content-type");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
  }

  /** The body, which ends with the answer and not with the connection. */
  public InputStream body() {
    return body;
  }

  /** The body's lines as they come; too long a line, or too many of them, is an error. */
  public BufferedReader lines() {
    return new BufferedReader(
        new InputStreamReader(new BoundedLines(stream, body), StandardCharsets.UTF_8));
  }

  /**
   * The whole body.
   *
   * @throws IOException also if it is larger than any answer that is no stream
   */
  public String text() throws IOException {
    byte[] bytes = body.readNBytes(MAX_TEXT + 1);
    if (bytes.length > MAX_TEXT) {
      throw stream.broken("answers with more than " + MAX_TEXT + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Whether another request can follow on the connection. */
  boolean isReusable() {
    return body.hasEnded() && !header("connection").equalsIgnoreCase("close");
  }
}
