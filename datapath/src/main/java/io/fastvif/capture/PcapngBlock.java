package io.fastvif.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A block of pcapng that was read: a frame, an interface's counters, or another. */
public final class PcapngBlock {
  private static final int PACKET_HEADER = 28;
  private static final int STATISTICS_HEADER = 20;
  private static final int TRAILER = 4;
  private static final int WORD = 4;

  private final ByteBuffer bytes;

  /** A block, from its type to its second length. */
  PcapngBlock(byte[] block) {
    bytes = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    if (isFrame()) {
      int captured = block.length < PACKET_HEADER ? -1 : bytes.getInt(20);
      if (captured < 0 || captured > block.length - PACKET_HEADER - TRAILER) {
        throw new IllegalArgumentException("a frame is longer than its block");
      }
    }
  }

  /** Whether it is a frame. */
  public boolean isFrame() {
    return bytes.getInt(0) == PcapngWriter.PACKET;
  }

  /** Whether it has an interface's counters. */
  public boolean isStatistics() {
    return bytes.getInt(0) == PcapngWriter.STATISTICS && bytes.capacity() >= STATISTICS_HEADER;
  }

  /** Of a frame: when it passed, in nanoseconds since 1970. */
  public long nanos() {
    return (long) bytes.getInt(12) << Integer.SIZE | (bytes.getInt(16) & 0xffff_ffffL);
  }

  /** Of a frame: the bytes that were kept. */
  public byte[] frame() {
    return Arrays.copyOfRange(bytes.array(), PACKET_HEADER, PACKET_HEADER + bytes.getInt(20));
  }

  /** Of a frame: how many bytes it had. */
  public int length() {
    return bytes.getInt(24);
  }

  /** Of a frame: whether it goes to the guest. */
  public boolean isOutbound() {
    int at = option(PcapngWriter.PACKET_FLAGS);
    return at > 0 && (bytes.getInt(at) & 3) == PcapngWriter.OUTBOUND;
  }

  /** Of a frame: what is said of it; empty for nothing. */
  public String comment() {
    int at = option(PcapngWriter.COMMENT);
    return at == 0
        ? ""
        : new String(bytes.array(), at, bytes.getShort(at - 2) & 0xffff, StandardCharsets.UTF_8);
  }

  /** Of counters: frames that the reader was too slow for. */
  public long lost() {
    int at = option(PcapngWriter.DROPPED);
    return at == 0 ? 0 : bytes.getLong(at);
  }

  /** Of counters: frames that have passed the interface. */
  public long seen() {
    int at = option(PcapngWriter.RECEIVED);
    return at == 0 ? 0 : bytes.getLong(at);
  }

  /** Where an option's value is; 0 if it is not there. */
  private int option(int code) {
    int end = bytes.capacity() - TRAILER;
    int at = isFrame() ? PACKET_HEADER + align(bytes.getInt(20)) : STATISTICS_HEADER;
    while (at + WORD <= end && bytes.getShort(at) != 0) {
      int length = bytes.getShort(at + 2) & 0xffff;
      if (at + WORD + length > end) {
        return 0;
      }
      if (bytes.getShort(at) == code) {
        return at + WORD;
      }
      at += WORD + align(length);
    }
    return 0;
  }

  private static int align(int length) {
    return length + WORD - 1 & -WORD;
  }
}
