package io.fastvif.netlink;

import static io.fastvif.netlink.Wire.align;

import java.lang.foreign.MemorySegment;

/**
 * Appends netlink messages to one reused segment. A flyweight: it allocates nothing after it is
 * made.
 *
 * <pre>
 *   0               2               4               6               8
 *  +-------------------------------+---------------+---------------+
 *  |          nlmsg_len            |  nlmsg_type   |  nlmsg_flags  |
 *  +-------------------------------+---------------+---------------+
 *  |          nlmsg_seq            |           nlmsg_pid           |
 *  +-------------------------------+-------------------------------+
 *  |  family header (ifinfomsg, ifaddrmsg, rtmsg ...)          ... |
 *  +---------------+---------------+-------------------------------+
 *  |    nla_len    |   nla_type    |  payload, padded to 4     ... |
 *  +---------------+---------------+-------------------------------+
 * </pre>
 *
 * <p>A message that does not fit is not an exception: what is put into it from then on is ignored,
 * {@link #end()} returns false and leaves the encoder as it was before {@link #begin}. Send what is
 * there, {@link #reset()}, and encode that message again.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">linux/netlink.h</a>
 */
public final class MessageEncoder {
  private static final int NOT_IN_MESSAGE = -1;
  private static final int MAX_NESTING = 16;
  private static final int MAX_ATTRIBUTE_LENGTH = 0xffff;

  private final MemorySegment segment;
  private final int capacity;
  private final int[] nests = new int[MAX_NESTING];
  private int depth;
  private int position;
  private int messageStart = NOT_IN_MESSAGE;
  private int messageCount;
  private int nextSequence = 1;
  private boolean overflowed;

  /**
   * Makes an encoder that writes to a segment, from its first byte on.
   *
   * @param segment where messages go; its size is the most that one send can hold
   */
  public MessageEncoder(MemorySegment segment) {
    this.segment = segment;
    this.capacity = (int) Math.min(segment.byteSize(), Integer.MAX_VALUE - 8) & ~3;
  }

  /** Forgets all messages. Sequence numbers go on from where they were. */
  public void reset() {
    position = 0;
    messageCount = 0;
    abandonMessage();
  }

  /**
   * Begins a message with the next sequence number.
   *
   * @param type nlmsg_type
   * @param flags nlmsg_flags
   * @return the message's sequence number, never 0: that is what the kernel gives its own events
   */
  public int begin(int type, int flags) {
    int sequence = nextSequence;
    nextSequence = sequence == -1 ? 1 : sequence + 1;
    begin(type, flags, sequence);
    return sequence;
  }

  /**
   * Begins a message.
   *
   * @param type nlmsg_type
   * @param flags nlmsg_flags
   * @param sequence nlmsg_seq
   * @throws IllegalStateException if the message before has not been ended
   */
  public void begin(int type, int flags, int sequence) {
    if (messageStart != NOT_IN_MESSAGE) {
      throw new IllegalStateException("the message before has not been ended");
    }
    messageStart = position;
    overflowed = false;
    depth = 0;
    if (!claim(Wire.MESSAGE_HEADER_LENGTH)) {
      return;
    }
    segment.set(Wire.SHORT, messageStart + Wire.MESSAGE_TYPE_OFFSET, (short) type);
    segment.set(Wire.SHORT, messageStart + Wire.MESSAGE_FLAGS_OFFSET, (short) flags);
    segment.set(Wire.INT, messageStart + Wire.MESSAGE_SEQUENCE_OFFSET, sequence);
    segment.set(Wire.INT, messageStart + Wire.MESSAGE_PORT_ID_OFFSET, 0);
  }

  /**
   * Ends the message.
   *
   * @return whether it fitted; if not, it has been taken back
   * @throws IllegalStateException if no message was begun, or a nested attribute is still open
   */
  public boolean end() {
    requireMessage();
    if (depth != 0) {
      throw new IllegalStateException(depth + " nested attributes are still open");
    }
    if (overflowed) {
      position = messageStart;
      abandonMessage();
      return false;
    }
    segment.set(Wire.INT, messageStart, position - messageStart);
    messageStart = NOT_IN_MESSAGE;
    messageCount++;
    return true;
  }

  /** Takes back the message that was begun and not ended, if there is one. */
  public void cancel() {
    if (messageStart != NOT_IN_MESSAGE) {
      position = messageStart;
      abandonMessage();
    }
  }

  /**
   * Remembers the place between two messages, so that those after it can be taken back together.
   *
   * @return what {@link #rollback} takes
   * @throws IllegalStateException inside a message
   */
  public long mark() {
    if (messageStart != NOT_IN_MESSAGE) {
      throw new IllegalStateException("a mark stands between messages, not in one");
    }
    return ((long) messageCount << Integer.SIZE) | position;
  }

  /**
   * Takes back all messages since the mark, the unfinished one included. Their sequence numbers are
   * not used again.
   *
   * @param mark from {@link #mark()}, since the last {@link #reset()}
   */
  public void rollback(long mark) {
    int markedPosition = (int) mark;
    int markedCount = (int) (mark >>> Integer.SIZE);
    if (markedPosition > position || markedCount > messageCount) {
      throw new IllegalArgumentException("the mark is from before a reset");
    }
    position = markedPosition;
    messageCount = markedCount;
    abandonMessage();
  }

  /**
   * Appends a fixed header, zeroed: the family's, whose fields are then set with {@code
   * setHeader…}, or one inside a nested attribute, as VETH_INFO_PEER has.
   *
   * @param length its size in bytes
   */
  public void putHeader(int length) {
    requireMessage();
    int start = position;
    if (claim(align(length))) {
      segment.asSlice(start, align(length)).fill((byte) 0);
    }
  }

  /**
   * Sets a byte of the family's fixed header.
   *
   * @param offset from the header's first byte
   * @param value the byte
   */
  public void setHeaderByte(int offset, int value) {
    int at = headerField(offset, Byte.BYTES);
    if (!overflowed) {
      segment.set(Wire.BYTE, at, (byte) value);
    }
  }

  /**
   * Sets a 16-bit field of the family's fixed header, in the host's byte order.
   *
   * @param offset from the header's first byte
   * @param value the number
   */
  public void setHeaderShort(int offset, int value) {
    int at = headerField(offset, Short.BYTES);
    if (!overflowed) {
      segment.set(Wire.SHORT, at, (short) value);
    }
  }

  /**
   * Sets a 32-bit field of the family's fixed header, in the host's byte order.
   *
   * @param offset from the header's first byte
   * @param value the number
   */
  public void setHeaderInt(int offset, int value) {
    int at = headerField(offset, Integer.BYTES);
    if (!overflowed) {
      segment.set(Wire.INT, at, value);
    }
  }

  /**
   * Reads a 32-bit field of the family's fixed header back, in the host's byte order.
   *
   * @param offset from the header's first byte
   * @return the number; 0 if the message has overflowed
   */
  public int headerInt(int offset) {
    int at = headerField(offset, Integer.BYTES);
    return overflowed ? 0 : segment.get(Wire.INT, at);
  }

  /**
   * Appends an attribute with no payload: its presence is its value (NLA_FLAG).
   *
   * @param type nla_type
   */
  public void putFlag(int type) {
    claimAttribute(type, 0);
  }

  /**
   * Appends an 8-bit attribute.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putByte(int type, int value) {
    int at = claimAttribute(type, Byte.BYTES);
    if (at >= 0) {
      segment.set(Wire.BYTE, at, (byte) value);
    }
  }

  /**
   * Appends a 16-bit attribute in the host's byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putShort(int type, int value) {
    int at = claimAttribute(type, Short.BYTES);
    if (at >= 0) {
      segment.set(Wire.SHORT, at, (short) value);
    }
  }

  /**
   * Appends a 16-bit attribute in network byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putShortBigEndian(int type, int value) {
    int at = claimAttribute(type, Short.BYTES);
    if (at >= 0) {
      segment.set(Wire.SHORT_BIG_ENDIAN, at, (short) value);
    }
  }

  /**
   * Appends a 32-bit attribute in the host's byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putInt(int type, int value) {
    int at = claimAttribute(type, Integer.BYTES);
    if (at >= 0) {
      segment.set(Wire.INT, at, value);
    }
  }

  /**
   * Appends a 32-bit attribute in network byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putIntBigEndian(int type, int value) {
    int at = claimAttribute(type, Integer.BYTES);
    if (at >= 0) {
      segment.set(Wire.INT_BIG_ENDIAN, at, value);
    }
  }

  /**
   * Appends a 64-bit attribute in the host's byte order.
   *
   * @param type nla_type
   * @param value the payload
   */
  public void putLong(int type, long value) {
    int at = claimAttribute(type, Long.BYTES);
    if (at >= 0) {
      segment.set(Wire.LONG, at, value);
    }
  }

  /**
   * Appends an Ethernet address.
   *
   * @param type nla_type
   * @param address the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public void putMacAddress(int type, long address) {
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
  public void putBytes(int type, byte[] bytes) {
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
  public void putBytes(int type, MemorySegment source, long offset, int length) {
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
  public void putString(int type, CharSequence value) {
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
  public void putUnterminatedString(int type, CharSequence value) {
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
  public void beginNested(int type) {
    requireMessage();
    if (depth == MAX_NESTING) {
      throw new IllegalStateException("more than " + MAX_NESTING + " attributes inside each other");
    }
    nests[depth++] = position;
    claimAttribute(type, 0);
  }

  /** Closes the attribute that was opened last. */
  public void endNested() {
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
  public void endNestedUnlessEmpty() {
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
   * How many messages are complete.
   *
   * @return the count
   */
  public int messageCount() {
    return messageCount;
  }

  /**
   * The length of all complete messages, and of the one in progress so far.
   *
   * @return bytes
   */
  public int length() {
    return position;
  }

  /**
   * How much still fits.
   *
   * @return bytes
   */
  public int remaining() {
    return capacity - position;
  }

  /**
   * Whether the message in progress no longer fits.
   *
   * @return true if {@link #end()} will take it back
   */
  public boolean overflowed() {
    return overflowed;
  }

  /**
   * The segment that messages are written to.
   *
   * @return the one given to the constructor
   */
  public MemorySegment segment() {
    return segment;
  }

  private void abandonMessage() {
    messageStart = NOT_IN_MESSAGE;
    overflowed = false;
    depth = 0;
  }

  private void requireMessage() {
    if (messageStart == NOT_IN_MESSAGE) {
      throw new IllegalStateException("no message has been begun");
    }
  }

  private int headerField(int offset, int size) {
    requireMessage();
    int at = messageStart + Wire.MESSAGE_HEADER_LENGTH + offset;
    if (!overflowed && at + size > position) {
      throw new IllegalArgumentException("field at " + offset + " is outside the header");
    }
    return at;
  }

  private boolean claim(int length) {
    if (overflowed || length > capacity - position) {
      overflowed = true;
      return false;
    }
    position += length;
    return true;
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
