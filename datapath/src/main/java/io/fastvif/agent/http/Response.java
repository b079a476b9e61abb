package io.fastvif.agent.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a request is answered with: a body that is there, or a stream of pieces that come later. */
public final class Response {
  /** JSON (RFC 8259). */
  public static final String JSON = "application/json";

  /** A line of JSON for each value. */
  public static final String JSON_LINES = "application/jsonl";

  /** Text for people, UTF-8. */
  public static final String TEXT = "text/plain; charset=utf-8";

  private final int status;
  private final String contentType;
  private final byte[] body;
  private final Streamer streamer;
  private final Map<String, String> headers;

  private Response(
      int status, String contentType, byte[] body, Streamer streamer, Map<String, String> headers) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.streamer = streamer;
    this.headers = headers;
  }

  /** Bytes of some type. The array is the response's from now on. */
  public static Response of(int status, String contentType, byte[] body) {
    return new Response(status, contentType, body, null, Map.of());
  }

  /** A document of JSON. */
  public static Response json(int status, String document) {
    return of(status, JSON, document.getBytes(StandardCharsets.UTF_8));
  }

  /** Text for people. */
  public static Response text(int status, String text) {
    return of(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Pieces that come one by one: HTTP's chunks.
   *
   * @param streamer is told where to write them to once the head of the answer is written
   */
  public static Response stream(String contentType, Streamer streamer) {
    return new Response(200, contentType, null, streamer, Map.of());
  }

  /** The same with one more header. */
  public Response withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, contentType, body, streamer, more);
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /** The type of the content. */
  public String contentType() {
    return contentType;
  }

  /** The body; null of a stream. */
  public byte[] body() {
    return body;
  }

  /** Writes the stream; null if the body is there. */
  public Streamer streamer() {
    return streamer;
  }

  /** Headers beside those of content and connection. */
  public Map<String, String> headers() {
    return headers;
  }

  /** Writes a stream's pieces. */
  public interface Streamer {
    /** Begins. Called on the server's thread, must not block, and may keep the sink for later. */
    void begin(Sink sink);
  }

  /** Where the pieces of a stream go. All methods may be called from any thread. */
  public interface Sink {
    /** Writes a piece, if the caller is still there. Does not wait: see {@link #isWritable()}. */
    void write(byte[] piece);

    /** As {@link #write(byte[])}, of text in UTF-8. */
    default void write(String piece) {
      write(piece.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the caller keeps up: if not, what is written waits in memory. */
    boolean isWritable();

    /**
     * Has something run on the server's thread each time that the caller has caught up, and when it
     * is gone; it must not block.
     */
    void whenWritable(Runnable task);

    /** Whether nobody reads any more. */
    boolean isClosed();

    /** Has something run when nobody reads any more, or the stream has ended; must not block. */
    void whenClosed(Runnable task);

    /** Runs something on the server's thread; it must not block. */
    void execute(Runnable task);

    /**
     * Runs something on the server's thread again and again, until nobody reads any more; it must
     * not block.
     *
     * @param pause before the first time, and between two
     */
    void every(Duration pause, Runnable task);

    /** Ends the stream. */
    void end();
  }
}
