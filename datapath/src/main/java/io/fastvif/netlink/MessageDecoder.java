package io.fastvif.netlink;

import static io.fastvif.netlink.Wire.align;

import java.lang.foreign.MemorySegment;

/**
 * Walks over the messages of received bytes. A flyweight: valid until its owner moves on. For the
 * layout see {@link MessageEncoder}.
 */
public final class MessageDecoder {
  private MemorySegment segment = MemorySegment.NULL;
  private int message;
  private int messageLength;
  private int next;
  private int limit;

  /** Makes a decoder that has nothing to decode. */
  public MessageDecoder() {}

  /**
   * Starts before the first message.
   *
   * @param bytes what holds the messages
   * @param offset their first byte
   * @param length their size in bytes
   */
  public MessageDecoder wrap(MemorySegment bytes, int offset, int length) {
    if (offset < 0 || length < 0 || offset + (long) length > bytes.byteSize()) {
      throw new IndexOutOfBoundsException(
          "bytes " + offset + " + " + length + " of " + bytes.byteSize());
    }
    segment = bytes;
    message = offset;
    messageLength = 0;
    next = offset;
    limit = offset + length;
    return this;
  }

  /**
   * Moves to the next message.
   *
   * @return false if there is none
   * @throws MalformedMessageException if its length is impossible
   */
  public boolean next() {
    int remaining = limit - next;
    if (remaining <= 0) {
      return false;
    }
    if (remaining < Wire.MESSAGE_HEADER_LENGTH) {
      throw new MalformedMessageException(
          "netlink message at byte " + next + ": " + remaining + " bytes are no header");
    }
    int length = segment.get(Wire.INT, next);
    if (length < Wire.MESSAGE_HEADER_LENGTH || length > remaining) {
      throw new MalformedMessageException(
          "netlink message at byte "
              + next
              + ": length "
              + Integer.toUnsignedString(length)
              + " is not between 16 and the "
              + remaining
              + " bytes left");
    }
    message = next;
    messageLength = length;
    next = Math.min(limit, message + align(length));
    return true;
  }

  /**
   * nlmsg_type.
   *
   * @return 0 to 65535
   */
  public int type() {
    return Short.toUnsignedInt(segment.get(Wire.SHORT, header(Wire.MESSAGE_TYPE_OFFSET)));
  }

  /**
   * nlmsg_flags.
   *
   * @return 0 to 65535
   */
  public int flags() {
    return Short.toUnsignedInt(segment.get(Wire.SHORT, header(Wire.MESSAGE_FLAGS_OFFSET)));
  }

  /** nlmsg_seq: that of the request, 0 for the kernel's own events. */
  public int sequence() {
    return segment.get(Wire.INT, header(Wire.MESSAGE_SEQUENCE_OFFSET));
  }

  /**
   * nlmsg_pid: the {@link NetlinkSocket#port() port} of the request's socket, also of the request
   * that an event comes from.
   */
  public int port() {
    return segment.get(Wire.INT, header(Wire.MESSAGE_PORT_ID_OFFSET));
  }

  /**
   * What follows the netlink header.
   *
   * @return bytes
   */
  public int payloadLength() {
    return messageLength - Wire.MESSAGE_HEADER_LENGTH;
  }

  /**
   * Where the payload starts in {@link #segment()}.
   *
   * @return byte offset
   */
  public int payloadOffset() {
    return message + Wire.MESSAGE_HEADER_LENGTH;
  }

  /** The bytes being decoded. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Reads a byte of the payload.
   *
   * @param offset from the payload's first byte
   * @return 0 to 255
   * @throws MalformedMessageException if the message is too short
   */
  public int getByte(int offset) {
    return Byte.toUnsignedInt(segment.get(Wire.BYTE, payload(offset, Byte.BYTES)));
  }

  /**
   * Reads 16 bits of the payload, in the host's byte order.
   *
   * @param offset from the payload's first byte
   * @return 0 to 65535
   * @throws MalformedMessageException if the message is too short
   */
  public int getShort(int offset) {
    return Short.toUnsignedInt(segment.get(Wire.SHORT, payload(offset, Short.BYTES)));
  }

  /**
   * Reads 32 bits of the payload, in the host's byte order.
   *
   * @param offset from the payload's first byte
   * @throws MalformedMessageException if the message is too short
   */
  public int getInt(int offset) {
    return segment.get(Wire.INT, payload(offset, Integer.BYTES));
  }

  /**
   * Points an iterator at the attributes.
   *
   * @param headerLength the size of what precedes them in the payload
   * @param iterator the one to use
   * @throws MalformedMessageException if the message is shorter than that
   */
  public AttributeIterator attributes(int headerLength, AttributeIterator iterator) {
    int start = align(headerLength);
    if (payloadLength() < headerLength) {
      throw tooShort(headerLength);
    }
    int offset = Math.min(payloadOffset() + start, message + messageLength);
    return iterator.wrap(segment, offset, message + messageLength - offset);
  }

  private int header(int offset) {
    if (messageLength == 0) {
      throw new IllegalStateException("next() has not found a message");
    }
    return message + offset;
  }

  private int payload(int offset, int size) {
    if (offset < 0 || offset + size > payloadLength()) {
      throw tooShort(offset + size);
    }
    return payloadOffset() + offset;
  }

  private MalformedMessageException tooShort(int needed) {
    return new MalformedMessageException(
        "netlink message at byte "
            + message
            + ": a payload of "
            + payloadLength()
            + " bytes, "
            + needed
            + " needed");
  }
}
