package io.fastvif.agent.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;

/**
 * The body of an answer: as long as it says, in chunks, or until the connection ends (RFC 9112
 * section 6.3).
 */
final class ResponseBody extends InputStream {
  private static final int HEX = 16;
  private static final int MAX_TRAILERS = 100;
  private static final long UNTIL_END = -1;

  private final SocketStream stream;
  private final boolean isChunked;

  /** Of the chunk, or of all; {@link #UNTIL_END} if the connection's end is the body's. */
  private long left;

  private boolean ended;
  private boolean isFirstChunk = true;

  private ResponseBody(SocketStream stream, boolean isChunked, long left) {
    this.stream = stream;
    this.isChunked = isChunked;
    this.left = left;
    ended = !isChunked && left == 0;
  }

  static ResponseBody of(SocketStream stream, Map<String, String> headers) throws IOException {
    String coding = headers.getOrDefault("transfer-encoding", "");
    if (coding.toLowerCase(Locale.ROOT).equals("chunked")) {
      return new ResponseBody(stream, true, 0);
    }
    if (!coding.isEmpty()) {
      throw stream.broken("answers in a transfer coding that is not known here: " + coding);
    }
    String length = headers.get("content-length");
    if (length == null) {
      return new ResponseBody(stream, false, UNTIL_END);
    }
    if (!length.matches("[0-9]{1,18}")) {
      throw stream.broken("answers with a length that is none: " + length);
    }
    return new ResponseBody(stream, false, Long.parseLong(length));
  }

  /** Whether all was read. */
  boolean hasEnded() {
    return ended && left != UNTIL_END;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (ended || (isChunked && left == 0 && !nextChunk())) {
      return -1;
    }
    int wanted = left == UNTIL_END ? length : (int) Math.min(length, left);
    int count = stream.read(bytes, offset, wanted);
    if (count < 0) {
      ended = true;
      if (left == UNTIL_END) {
        return -1;
      }
      throw stream.broken("has ended within its answer");
    }
    if (left != UNTIL_END) {
      left -= count;
      ended = !isChunked && left == 0;
    }
    return count;
  }

  /** Begins the next chunk; false if that was the last. */
  private boolean nextChunk() throws IOException {
    if (!isFirstChunk && !line().isEmpty()) {
      throw stream.broken("answers with a chunk that is longer than it says");
    }
    isFirstChunk = false;
    String line = line();
    int semicolon = line.indexOf(';');
    String size = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw stream.broken("answers with a chunk without a length");
    }
    left = Long.parseLong(size, HEX);
    if (left > 0) {
      return true;
    }
    for (int i = 0; i < MAX_TRAILERS; i++) {
      if (line().isEmpty()) {
        ended = true;
        return false;
      }
    }
    throw stream.broken("says more than " + MAX_TRAILERS + " headers behind its answer");
  }

  private String line() throws IOException {
    String line = AgentResponse.line(stream);
    if (line == null) {
      ended = true;
      throw stream.broken("has ended within its answer");
    }
    return line;
  }
}
