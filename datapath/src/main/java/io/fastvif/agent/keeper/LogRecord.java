package io.fastvif.agent.keeper;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A record of the log: a line that says what it is, how long and with which checksum, and what it
 * holds, which ends in a newline too. A log is text, for people to read.
 *
 * <pre>
 * put 1f2e3d4c 1234
 * {"format":1,"id":"b6f…",…}
 * {"vif":{…}}
 * mark 5a6b7c8d 37
 * b6f…
 * remove 9e8f7a6b 37
 * b6f…
 * </pre>
 *
 * @param kind what is to be done
 * @param body a declaration's file, or a VIF's id and a newline
 * @param end where the next record begins
 */
record LogRecord(Kind kind, ByteBuffer body, int end) {
  private static final int CHECKSUM_DIGITS = 8;
  private static final int MAX_HEADER = 32;
  private static final Pattern HEADER =
      Pattern.compile("(?:put|mark|remove) [0-9a-f]{8} ([1-9][0-9]{0,9})\n");

  /** What can be done. */
  enum Kind {
    /** A VIF is declared. */
    PUT,
    /** It is to be unplugged. */
    MARK,
    /** It is forgotten. */
    REMOVE;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The bytes of a record that names a VIF. */
  static byte[] of(Kind kind, String vifId) {
    return of(kind, (vifId + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes of a record. */
  static byte[] of(Kind kind, byte[] body) {
    String header = kind.word() + " " + checksum(kind, body, 0, body.length) + " " + body.length;
    byte[] head = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  private static String checksum(Kind kind, byte[] bytes, int from, int length) {
    CRC32C sum = new CRC32C();
    sum.update(kind.word().getBytes(StandardCharsets.US_ASCII));
    sum.update(bytes, from, length);
    return HexFormat.of().toHexDigits(sum.getValue(), CHECKSUM_DIGITS);
  }

  /** The record that begins there; null if none does. */
  static LogRecord at(byte[] log, int begin) {
    int line = begin;
    while (line < log.length && line - begin < MAX_HEADER && log[line] != '\n') {
      line++;
    }
    if (line >= log.length || log[line] != '\n') {
      return null;
    }
    String[] words = new String(log, begin, line - begin, StandardCharsets.US_ASCII).split(" ", -1);
    int length = words.length == 3 ? length(words[2]) : -1;
    int from = line + 1;
    if (length < 1 || length > log.length - from) {
      return null;
    }
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(words[0])
          && checksum(kind, log, from, length).equals(words[1])
          && log[from + length - 1] == '\n') {
        return new LogRecord(kind, ByteBuffer.wrap(log, from, length), from + length);
      }
    }
    return null;
  }

  /**
   * Whether the log's rest from there on is the beginning of a record, which was not written to its
   * end. Some file systems have zeros behind it then, or alone.
   */
  static boolean isUnfinished(byte[] log, int begin) {
    int end = log.length;
    while (end > begin && log[end - 1] == 0) {
      end--;
    }
    String rest =
        new String(log, begin, Math.min(end - begin, MAX_HEADER), StandardCharsets.ISO_8859_1);
    Matcher header = HEADER.matcher(rest);
    if (header.lookingAt()) {
      return begin + header.end() + Long.parseLong(header.group(1)) > end;
    }
    boolean isOfHeader = header.hitEnd() && rest.length() == end - begin;
    return isOfHeader && (begin > 0 || end > begin);
  }

  private static int length(String word) {
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException none) {
      return -1;
    }
  }

  /** The first record from there on; null if there is none. */
  static LogRecord next(byte[] log, int from) {
    for (int begin = from; begin < log.length; begin++) {
      if (begin == 0 || log[begin - 1] == '\n') {
        LogRecord found = at(log, begin);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** What it holds. */
  byte[] bytes() {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    return bytes;
  }

  /** The VIF that it names; not of a {@link Kind#PUT}. */
  String vifId() {
    byte[] bytes = bytes();
    return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
  }
}
