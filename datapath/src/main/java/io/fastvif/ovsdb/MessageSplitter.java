package io.fastvif.ovsdb;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds the messages in the byte stream of a connection: JSON objects one behind the other, with
 * nothing but blanks between them (RFC 7047 section 4).
 */
final class MessageSplitter {
  private static final int FIRST_CAPACITY = 64 * 1024;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private final int limit;
  private int length;
  private int start;
  private int scanned;
  private int depth;
  private boolean inString;
  private boolean escaped;

  /**
   * @param limit how long a message may be, in bytes
   */
  MessageSplitter(int limit) {
    this.limit = limit;
  }

  /** Where the next bytes of the connection are read into; {@link #filled} must follow. */
  ByteBuffer space() {
    if (start > 0 && length == bytes.length) {
      System.arraycopy(bytes, start, bytes, 0, length - start);
      length -= start;
      scanned -= start;
      start = 0;
    }
    if (length == bytes.length) {
      if (length >= limit) {
        throw new OvsdbProtocolException("a message of more than " + limit + " bytes");
      }
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    return ByteBuffer.wrap(bytes, length, bytes.length - length);
  }

  /** Accepts the bytes that were read into the last space. */
  void filled(int count) {
    length += count;
  }

  /** The array that holds the message that {@link #next} found. */
  byte[] array() {
    return bytes;
  }

  /** Where the message that {@link #next} found begins. */
  int messageStart() {
    return start;
  }

  /**
   * Finds the next whole message; {@link #consume} must follow.
   *
   * @return its length, or -1 if more bytes are needed
   */
  int next() {
    while (scanned < length) {
      byte b = bytes[scanned++];
      if (inString) {
        if (escaped) {
          escaped = false;
        } else if (b == '\\') {
          escaped = true;
        } else if (b == '"') {
          inString = false;
        }
      } else if (b == '"') {
        inString = true;
      } else if (b == '{' || b == '[') {
        if (depth++ == 0) {
          start = scanned - 1;
        }
      } else if (b == '}' || b == ']') {
        if (--depth == 0) {
          return scanned - start;
        }
      }
      if (depth < 0 || (depth == 0 && b > ' ')) {
        throw new OvsdbProtocolException("the stream holds something that is not a message");
      }
    }
    if (depth == 0) {
      start = scanned;
    }
    return -1;
  }

  /** Lets go of the message found. */
  void consume() {
    start = scanned;
    if (start == length) {
      start = 0;
      scanned = 0;
      length = 0;
    }
  }
}
