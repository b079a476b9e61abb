package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes pcapng's blocks, all of one section with one interface, little-endian. Each block begins
 * with its type and its length and ends with the length again; options fill words.
 *
 * @see <a href="https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/">pcapng</a>
 */
final class PcapngWriter {
  static final int SECTION = 0x0a0d0d0a;
  static final int INTERFACE = 1;
  static final int STATISTICS = 5;
  static final int PACKET = 6;
  static final int BYTE_ORDER = 0x1a2b3c4d;

  // Options: of all blocks, of the section, of the interface, of packets and of statistics.
  static final int COMMENT = 1;
  static final int APPLICATION = 4;
  static final int INTERFACE_NAME = 2;
  static final int INTERFACE_DESCRIPTION = 3;
  static final int TIME_RESOLUTION = 9;
  static final int INTERFACE_FILTER = 11;
  static final int PACKET_FLAGS = 2;
  static final int PACKET_DROPS = 4;
  static final int PACKET_QUEUE = 6;
  static final int START = 2;
  static final int END = 3;
  static final int RECEIVED = 4;
  static final int DROPPED = 5;
  static final int ACCEPTED = 6;
  static final int DELIVERED = 8;

  /** The direction in a packet's flags. */
  static final int INBOUND = 1;

  static final int OUTBOUND = 2;

  private static final int ETHERNET = 1;
  private static final int NANOSECONDS = 9;
  private static final int WORD = 4;
  private static final int MIN_GROWTH = 64 << 10;

  private ByteBuffer out = ByteBuffer.allocate(MIN_GROWTH).order(ByteOrder.LITTLE_ENDIAN);
  private int begin;

  private void room(int bytes) {
    if (out.remaining() < bytes) {
      int size = Math.max(2 * out.capacity(), out.position() + bytes + MIN_GROWTH);
      out =
          ByteBuffer.wrap(Arrays.copyOf(out.array(), size))
              .order(ByteOrder.LITTLE_ENDIAN)
              .position(out.position());
    }
  }

  private void begin(int type) {
    room(MIN_GROWTH);
    begin = out.position();
    out.putInt(type).putInt(0);
  }

  private void end() {
    out.putInt(0); // the end of the options
    int length = out.position() + WORD - begin;
    out.putInt(length).putInt(begin + WORD, length);
  }

  private void pad() {
    while (out.position() % WORD != 0) { // blocks begin at words
      out.put((byte) 0);
    }
  }

  private void option(int code, byte[] value) {
    room(value.length + 2 * WORD);
    out.putShort((short) code).putShort((short) value.length).put(value);
    pad();
  }

  private void option(int code, String text) {
    if (!text.isEmpty()) {
      option(code, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void option(int code, long value) {
    out.putShort((short) code).putShort((short) Long.BYTES).putLong(value);
  }

  private void option(int code, int value) {
    out.putShort((short) code).putShort((short) Integer.BYTES).putInt(value);
  }

  /** Times are two halves, the higher one first. */
  private void time(long nanos) {
    out.putInt((int) (nanos >>> Integer.SIZE)).putInt((int) nanos);
  }

  private void timeOption(int code, long nanos) {
    out.putShort((short) code).putShort((short) Long.BYTES);
    time(nanos);
  }

  void section() {
    begin(SECTION);
    out.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(APPLICATION, "fastvif");
    end();
  }

  /**
   * Describes the interface.
   *
   * @param filter empty for none
   */
  void description(String name, String text, int snapLength, String filter) {
    begin(INTERFACE);
    out.putShort((short) ETHERNET).putShort((short) 0).putInt(snapLength);
    option(INTERFACE_NAME, name);
    option(INTERFACE_DESCRIPTION, text);
    option(TIME_RESOLUTION, new byte[] {NANOSECONDS});
    if (!filter.isEmpty()) {
      option(INTERFACE_FILTER, "\0" + filter); // a zero stands for text
    }
    end();
  }

  /**
   * Writes a frame.
   *
   * @param nanos since 1970
   * @param at where its bytes are
   * @param captured how many of them
   * @param original how many there were
   * @param lost frames that were lost since the one before
   * @param comment empty for none
   */
  void packet(
      long nanos,
      long at,
      int captured,
      int original,
      boolean outbound,
      int lost,
      int queue,
      String comment) {
    begin(PACKET);
    out.putInt(0);
    time(nanos);
    out.putInt(captured).putInt(original);
    room(captured + MIN_GROWTH);
    copy(at, captured);
    pad();
    option(PACKET_FLAGS, outbound ? OUTBOUND : INBOUND);
    if (lost > 0) {
      option(PACKET_DROPS, (long) lost);
    }
    option(PACKET_QUEUE, queue);
    option(COMMENT, comment);
    end();
  }

  private void copy(long at, int length) {
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      out.putLong(RawMemory.getLong(at + i));
    }
    for (; i < length; i++) {
      out.put((byte) RawMemory.getByte(at + i));
    }
  }

  /**
   * Writes the counters.
   *
   * @param seen frames that passed the interface
   * @param lost frames that the ring had no room for
   * @param passed frames that passed the filter
   * @param delivered frames that were written
   */
  void statistics(long start, long end, long seen, long lost, long passed, long delivered) {
    begin(STATISTICS);
    out.putInt(0);
    time(end);
    timeOption(START, start);
    timeOption(END, end);
    option(RECEIVED, seen);
    option(DROPPED, lost);
    option(ACCEPTED, passed);
    option(DELIVERED, delivered);
    end();
  }

  /** How many bytes are written and not taken. */
  int size() {
    return out.position();
  }

  /** Takes what is written. */
  byte[] take() {
    byte[] bytes = Arrays.copyOf(out.array(), out.position());
    out.clear();
    return bytes;
  }
}
