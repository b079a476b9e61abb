package io.fastvif.netlink;

import static io.fastvif.netlink.Wire.align;

import java.lang.foreign.Arena;
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
public final class MessageEncoder extends AttributeEncoder {
  /** More messages than any send holds. */
  private static final int LONGEST_SEND = 1 << 20;

  private static final int INITIAL_BYTES = 2048;

  private int messageCount;
  private int nextSequence;

  /**
   * Makes an encoder that writes to a segment, from its first byte on.
   *
   * @param segment where messages go; its size is the most that one send can hold
   */
  public MessageEncoder(MemorySegment segment) {
    this(segment, 1);
  }

  /**
   * As {@link #MessageEncoder(MemorySegment)}.
   *
   * @param firstSequence the first message's number; not negative
   */
  public MessageEncoder(MemorySegment segment, int firstSequence) {
    this(segment, firstSequence, 0);
  }

  private MessageEncoder(MemorySegment segment, int firstSequence, int maxBytes) {
    super(segment, maxBytes);
    nextSequence = firstSequence;
  }

  /**
   * Makes an encoder with native memory of its own, little at first, which grows when more is put
   * into it and is then kept.
   *
   * @param maxBytes the most that one send can hold
   */
  public static MessageEncoder growing(int maxBytes) {
    int first = Math.min(INITIAL_BYTES, maxBytes);
    return new MessageEncoder(Arena.ofAuto().allocate(first, Long.BYTES), 1, maxBytes);
  }

  /**
   * Forgets all messages. Sequence numbers go on from where they were, and from 1 again before they
   * would be negative, so that those of one send follow one another.
   */
  public void reset() {
    position = 0;
    messageCount = 0;
    abandonMessage();
    if (nextSequence > Integer.MAX_VALUE - LONGEST_SEND) {
      nextSequence = 1;
    }
  }

  /**
   * Begins a message with the next sequence number.
   *
   * @param type nlmsg_type
   * @param flags nlmsg_flags
   * @return the message's sequence number, never 0: that is what the kernel gives its own events
   */
  public int begin(int type, int flags) {
    int sequence = nextSequence++;
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
      // No slice to fill: where it is not optimised away, it is an allocation for each message.
      for (int at = start; at < start + align(length); at += Integer.BYTES) {
        segment.set(Wire.INT, at, 0);
      }
    }
  }

  /**
   * Sets a byte of the family's fixed header.
   *
   * @param offset from the header's first byte
   * @param value the byte
   */
  public void setHeaderByte(int offset, int value) {
    requireBits(value, Byte.SIZE);
    int at = headerField(offset, Byte.BYTES);
    if (!overflowed) {
      segment.set(Wire.BYTE, at, (byte) value);
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

  /** How many messages are complete. */
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

  private int headerField(int offset, int size) {
    requireMessage();
    int at = messageStart + Wire.MESSAGE_HEADER_LENGTH + offset;
    if (!overflowed && at + size > position) {
      throw new IllegalArgumentException("field at " + offset + " is outside the header");
    }
    return at;
  }
}
