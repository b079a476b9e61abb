package io.fastvif.netlink;

import static io.fastvif.netlink.Wire.align;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Walks over attributes, those of a message or those nested in an attribute. A flyweight.
 *
 * <pre>
 *   0               2               4
 *  +---------------+---------------+----------------------+---------+
 *  |    nla_len    |   nla_type    |  payload             | padding |
 *  +---------------+---------------+----------------------+---------+
 *  |&lt;------- nla_len, without the padding ---------&gt;|
 * </pre>
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">struct nlattr</a>
 */
public final class AttributeIterator {
  /** The longest string of a link, its alias. */
  private static final int SCRATCH_SIZE = 256;

  private static final byte[] NO_BYTES = {};

  private MemorySegment segment = MemorySegment.NULL;
  private byte[] scratch = NO_BYTES;
  private int attribute;
  private int attributeLength;
  private int start;
  private int next;
  private int limit;

  /** Makes an iterator that has nothing to walk over. */
  public AttributeIterator() {}

  /**
   * Starts before the first attribute.
   *
   * @param bytes what holds the attributes
   * @param offset their first byte
   * @param length their size in bytes
   */
  public AttributeIterator wrap(MemorySegment bytes, int offset, int length) {
    if (offset < 0 || length < 0 || offset + (long) length > bytes.byteSize()) {
      throw new IndexOutOfBoundsException(
          "bytes " + offset + " + " + length + " of " + bytes.byteSize());
    }
    segment = bytes;
    start = offset;
    next = offset;
    limit = offset + length;
    attribute = offset;
    attributeLength = 0;
    return this;
  }

  /** Starts before the first attribute again. */
  public void rewind() {
    next = start;
    attributeLength = 0;
  }

  /**
   * Moves to the next attribute.
   *
   * @return false if there is none
   * @throws MalformedMessageException if its length is impossible
   */
  public boolean next() {
    int remaining = limit - next;
    if (remaining <= 0) {
      return false;
    }
    if (remaining < Wire.ATTRIBUTE_HEADER_LENGTH) {
      throw new MalformedMessageException(
          "netlink attribute at byte " + next + ": " + remaining + " bytes are no header");
    }
    int length = Short.toUnsignedInt(segment.get(Wire.SHORT, next));
    if (length < Wire.ATTRIBUTE_HEADER_LENGTH || length > remaining) {
      throw new MalformedMessageException(
          "netlink attribute at byte "
              + next
              + ": length "
              + length
              + " is not between 4 and the "
              + remaining
              + " bytes left");
    }
    attribute = next;
    attributeLength = length;
    next = Math.min(limit, attribute + align(length));
    return true;
  }

  /**
   * Moves to the first attribute of a type.
   *
   * @param type nla_type without its flags
   * @return false if there is none
   */
  public boolean find(int type) {
    rewind();
    while (next()) {
      if (type() == type) {
        return true;
      }
    }
    return false;
  }

  /**
   * nla_type, without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
   *
   * @return 0 to 16383
   */
  public int type() {
    return rawType() & Wire.ATTRIBUTE_TYPE_MASK;
  }

  /**
   * nla_type as it is.
   *
   * @return 0 to 65535
   */
  public int rawType() {
    requireAttribute();
    return Short.toUnsignedInt(segment.get(Wire.SHORT, attribute + 2L));
  }

  /** Whether NLA_F_NESTED is set. Many of rtnetlink's nested attributes come without it. */
  public boolean isNested() {
    return (rawType() & Wire.ATTRIBUTE_NESTED_FLAG) != 0;
  }

  /**
   * The payload's size.
   *
   * @return bytes
   */
  public int payloadLength() {
    requireAttribute();
    return attributeLength - Wire.ATTRIBUTE_HEADER_LENGTH;
  }

  /**
   * Where the payload starts in {@link #segment()}.
   *
   * @return byte offset
   */
  public int payloadOffset() {
    requireAttribute();
    return attribute + Wire.ATTRIBUTE_HEADER_LENGTH;
  }

  /** The bytes being walked over. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Reads an 8-bit payload.
   *
   * @return 0 to 255
   */
  public int getByte() {
    return Byte.toUnsignedInt(segment.get(Wire.BYTE, payload(0, Byte.BYTES)));
  }

  /**
   * Reads a 16-bit payload in the host's byte order.
   *
   * @return 0 to 65535
   */
  public int getShort() {
    return Short.toUnsignedInt(segment.get(Wire.SHORT, payload(0, Short.BYTES)));
  }

  /**
   * Reads a 16-bit payload in network byte order.
   *
   * @return 0 to 65535
   */
  public int getShortBigEndian() {
    return getShortBigEndian(0);
  }

  /**
   * Reads 16 bits of the payload in network byte order.
   *
   * @param offset from the payload's first byte
   * @return 0 to 65535
   */
  public int getShortBigEndian(int offset) {
    return Short.toUnsignedInt(segment.get(Wire.SHORT_BIG_ENDIAN, payload(offset, Short.BYTES)));
  }

  /** Reads a 32-bit payload in the host's byte order. */
  public int getInt() {
    return getInt(0);
  }

  /**
   * Reads 32 bits of the payload in the host's byte order.
   *
   * @param offset from the payload's first byte
   */
  public int getInt(int offset) {
    return segment.get(Wire.INT, payload(offset, Integer.BYTES));
  }

  /** Reads a 32-bit payload in network byte order. */
  public int getIntBigEndian() {
    return segment.get(Wire.INT_BIG_ENDIAN, payload(0, Integer.BYTES));
  }

  /** Reads a 64-bit payload in the host's byte order. */
  public long getLong() {
    return getLong(0);
  }

  /**
   * Reads 64 bits of the payload in the host's byte order.
   *
   * @param offset from the payload's first byte
   */
  public long getLong(int offset) {
    return segment.get(Wire.LONG, payload(offset, Long.BYTES));
  }

  /** Reads a 64-bit payload in network byte order. */
  public long getLongBigEndian() {
    return segment.get(Wire.LONG_BIG_ENDIAN, payload(0, Long.BYTES));
  }

  /**
   * Reads an Ethernet address.
   *
   * @return the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public long getMacAddress() {
    return getMacAddress(0);
  }

  /**
   * Reads an Ethernet address within the payload.
   *
   * @param offset from the payload's first byte
   * @return the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public long getMacAddress(int offset) {
    int at = payload(offset, 6);
    return Short.toUnsignedLong(segment.get(Wire.SHORT_BIG_ENDIAN, at)) << 32
        | Integer.toUnsignedLong(segment.get(Wire.INT_BIG_ENDIAN, at + 2L));
  }

  /** Copies the payload. */
  public byte[] getBytes() {
    byte[] bytes = new byte[payloadLength()];
    MemorySegment.copy(segment, Wire.BYTE, payloadOffset(), bytes, 0, bytes.length);
    return bytes;
  }

  /**
   * Reads a string, up to its first zero byte or the payload's end.
   *
   * @return the text, decoded from UTF-8
   */
  public String getString() {
    int length = stringLength();
    if (length > scratch.length) {
      scratch = new byte[Math.max(length, SCRATCH_SIZE)];
    }
    MemorySegment.copy(segment, Wire.BYTE, payloadOffset(), scratch, 0, length);
    return new String(scratch, 0, length, StandardCharsets.UTF_8);
  }

  /**
   * Compares the payload with an ASCII string, without making one.
   *
   * @param ascii what to compare with
   */
  public boolean stringEquals(CharSequence ascii) {
    int length = stringLength();
    if (length != ascii.length()) {
      return false;
    }
    int offset = payloadOffset();
    for (int i = 0; i < length; i++) {
      if (segment.get(Wire.BYTE, offset + (long) i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Points another iterator at the attributes inside this one.
   *
   * @param iterator the one to use
   */
  public AttributeIterator nested(AttributeIterator iterator) {
    return iterator.wrap(segment, payloadOffset(), payloadLength());
  }

  private int stringLength() {
    int length = payloadLength();
    int offset = payloadOffset();
    for (int i = 0; i < length; i++) {
      if (segment.get(Wire.BYTE, offset + (long) i) == 0) {
        return i;
      }
    }
    return length;
  }

  private void requireAttribute() {
    if (attributeLength == 0) {
      throw new IllegalStateException("next() has not found an attribute");
    }
  }

  private int payload(int offset, int size) {
    if (offset < 0 || offset + size > payloadLength()) {
      throw new MalformedMessageException(
          "netlink attribute "
              + type()
              + " at byte "
              + attribute
              + ": a payload of "
              + payloadLength()
              + " bytes, "
              + (offset + size)
              + " needed");
    }
    return payloadOffset() + offset;
  }
}
