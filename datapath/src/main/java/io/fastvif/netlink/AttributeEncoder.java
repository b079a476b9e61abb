package io.fastvif.netlink;

import static io.fastvif.netlink.Wire.align;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Appends attributes to the message that a {@link MessageEncoder} has begun, which shows their
 * layout. What no longer fits is ignored, and the message is taken back at its end.
 */
public abstract sealed class AttributeEncoder permits MessageEncoder {
  static final int NOT_IN_MESSAGE = -1;
  private static final int MAX_NESTING = 16;
  private static final int MAX_ATTRIBUTE_LENGTH = 0xffff;

  MemorySegment segment;
  private int capacity;
  private final int maxCapacity;
  private final int[] nests = new int[MAX_NESTING];
  int depth;
  int position;
  int messageStart = NOT_IN_MESSAGE;
  boolean overflowed;

  /**
   * @param maxBytes how large the segment may become when more is put into it; no more than it is
   *     for one that stays as it is
   */
  AttributeEncoder(MemorySegment segment, int maxBytes) {
    this.segment = segment;
    this.capacity = (int) Math.min(segment.byteSize(), Integer.MAX_VALUE - 8) & ~3;
    this.maxCapacity = Math.max(capacity, maxBytes & ~3);
  }

  /**
   * Refuses a number that would become another one in fewer bits.
   *
   * @throws IllegalArgumentException if it does
   */
  static void requireBits(int value, int bits) {
    if (value >>> bits != 0) {
      throw tooGreat(value, bits);
    }
  }

  private static IllegalArgumentException tooGreat(int value, int bits) {
    return new IllegalArgumentException(value + " has more than " + bits + " bits");
  }

  /**
   * Appends an 8-bit attribute.
   *
   * @param type nla_type
   * @param value the payload, not negative
   */
  public final void putByte(int type, int value) {
    requireBits(value, Byte.SIZE);
    int at = claimAttribute(type, Byte.BYTES);
    if (at >= 0) {
      segment.set(Wire.BYTE, at, (byte) value);
    }
  }

  /**
   * Appends a 16-bit attribute in the host's byte order.
   *
   * @param type nla_type
   * @param value the payload, not negative
   */
  public final void putShort(int type, int value) {
    requireBits(value, Short.SIZE);
    int at = claimAttribute(type, Short.BYTES);
    if (at >= 0) {
      segment.set(Wire.SHORT, at, (short) value);
    }
  }

  /**
   * Appends a 16-bit attribute in network byte order.
   *
   * @param type nla_type
   * @param value the payload, not negative
   */
  public final void putShortBigEndian(int type, int value) {
    requireBits(value, Short.SIZE);
    int at = claimAttribute(type, Short.BYTES);
    if (at >= 0) {
      segment.set(Wire.SHORT_BIG_ENDIAN, at, (short) value);
    }
  }

  /**
   * Appends a 32-bit attribute in the host's byte order.
   *
   * @param type nla_type
   * @param value the payload, not negative
   */
  public final void putInt(int type, int value) {
    int at = claimAttribute(type, Integer.BYTES);
    if (at >= 0) {
      segment.set(Wire.INT, at, value);
    }
  }

  /**
   * Appends a 32-bit attribute in network byte order.
   *
   * @param type nla_type
   * @param value the payload, not negative
   */
  public final void putIntBigEndian(int type, int value) {
    int at = claimAttribute(type, Integer.BYTES);
    if (at >= 0) {
      segment.set(Wire.INT_BIG_ENDIAN, at, value);
    }
  }

  /**
   * Appends a 64-bit attribute in network byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public final void putLongBigEndian(int type, long value) {
    int at = claimAttribute(type, Long.BYTES);
    if (at >= 0) {
      segment.set(Wire.LONG_BIG_ENDIAN, at, value);
    }
  }

  /**
   * Appends an Ethernet address.
   *
   * @param type nla_type
   * @param address the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public final void putMacAddress(int type, long address) {
    int at = claimAttribute(type, 6);
    if (at >= 0) {
      segment.set(Wire.SHORT_BIG_ENDIAN, at, (short) (address >>> 32));
      segment.set(Wire.INT_BIG_ENDIAN, at + 2L, (int) address);
    }
  }

  /**
   * Appends bytes.
   *
   * @param type nla_type
   * @param bytes the payload, copied
   */
  public final void putBytes(int type, byte[] bytes) {
    int at = claimAttribute(type, bytes.length);
    if (at >= 0) {
      MemorySegment.copy(bytes, 0, segment, Wire.BYTE, at, bytes.length);
    }
  }

  /**
   * Appends bytes.
   *
   * @param type nla_type
   * @param source where the payload is copied from
   * @param offset its first byte
   * @param length its size in bytes
   */
  public final void putBytes(int type, MemorySegment source, long offset, int length) {
    int at = claimAttribute(type, length);
    if (at >= 0) {
      MemorySegment.copy(source, offset, segment, at, length);
    }
  }

  /**
   * Appends a string in UTF-8, ended by a zero byte.
   *
   * @param type nla_type
   * @param value the string; a zero character or half a surrogate pair in it is refused
   */
  public final void putString(int type, CharSequence value) {
    int length = Utf8.length(value);
    int at = claimAttribute(type, length + 1);
    if (at >= 0) {
      Utf8.encode(value, segment, at);
      segment.set(Wire.BYTE, at + (long) length, (byte) 0);
    }
  }

  /**
   * Appends a string in UTF-8 without a zero byte at its end, as iproute2 does for kinds and
   * aliases.
   *
   * @param type nla_type
   * @param value the string; a zero character or half a surrogate pair in it is refused
   */
  public final void putUnterminatedString(int type, CharSequence value) {
    int length = Utf8.length(value);
    int at = claimAttribute(type, length);
    if (at >= 0) {
      Utf8.encode(value, segment, at);
    }
  }

  /**
   * Opens a nested attribute: those that follow go into it, up to {@link #endNested()}.
   *
   * @param type nla_type; NLA_F_NESTED is added only if the caller does, because rtnetlink's older
   *     attributes are written without it
   */
  public final void beginNested(int type) {
    requireMessage();
    if (depth == MAX_NESTING) {
      throw new IllegalStateException("more than " + MAX_NESTING + " attributes inside each other");
    }
    nests[depth++] = position;
    claimAttribute(type, 0);
  }

  /** Closes the attribute that was opened last. */
  public final void endNested() {
    if (depth == 0) {
      throw new IllegalStateException("no nested attribute is open");
    }
    int start = nests[--depth];
    if (overflowed) {
      return;
    }
    int length = position - start;
    if (length > MAX_ATTRIBUTE_LENGTH) {
      throw new IllegalStateException("a nested attribute of " + length + " bytes: at most 65535");
    }
    segment.set(Wire.SHORT, start, (short) length);
  }

  /** Closes the attribute that was opened last, or takes it back if nothing was put into it. */
  public final void endNestedUnlessEmpty() {
    if (depth == 0) {
      throw new IllegalStateException("no nested attribute is open");
    }
    if (!overflowed && position - nests[depth - 1] == Wire.ATTRIBUTE_HEADER_LENGTH) {
      position = nests[--depth];
    } else {
      endNested();
    }
  }

  /**
   * The segment that messages are written to: the one given to the constructor, or the last one
   * that it has grown into.
   */
  public final MemorySegment segment() {
    return segment;
  }

  final void abandonMessage() {
    messageStart = NOT_IN_MESSAGE;
    overflowed = false;
    depth = 0;
  }

  final void requireMessage() {
    if (messageStart == NOT_IN_MESSAGE) {
      throw new IllegalStateException("no message has been begun");
    }
  }

  final boolean claim(int length) {
    if (overflowed || length > capacity - position) {
      if (overflowed || length > maxCapacity - position) {
        overflowed = true;
        return false;
      }
      grow(position + length);
    }
    position += length;
    return true;
  }

  private void grow(int needed) {
    int doubled = Integer.highestOneBit(needed - 1) << 1;
    MemorySegment larger = Arena.ofAuto().allocate(Math.min(doubled, maxCapacity), Long.BYTES);
    MemorySegment.copy(segment, 0, larger, 0, position);
    segment = larger;
    capacity = (int) larger.byteSize();
  }

  /** Returns where the payload goes, or -1 if it does not fit. */
  private int claimAttribute(int type, int payloadLength) {
    requireMessage();
    int length = Wire.ATTRIBUTE_HEADER_LENGTH + payloadLength;
    if (length > MAX_ATTRIBUTE_LENGTH) {
      throw new IllegalArgumentException("a payload of " + payloadLength + " bytes: at most 65531");
    }
    int start = position;
    int padded = align(length);
    if (!claim(padded)) {
      return -1;
    }
    if (padded != length) {
      segment.set(Wire.INT, start + padded - 4L, 0);
    }
    segment.set(Wire.SHORT, start, (short) length);
    segment.set(Wire.SHORT, start + 2L, (short) type);
    return start + Wire.ATTRIBUTE_HEADER_LENGTH;
  }
}
