package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** An attribute of an entry that is carried from link to link. */
final class EntryAttribute {
  private static final int HEADER_LENGTH = 4;
  private static final int TYPE_MASK = 0x3fff;
  private static final int NEXT_HOP_HEADER_LENGTH = 8;
  private static final int RULE_HEADER_LENGTH = 12;

  private final int rawType;
  private final byte[] payload;

  EntryAttribute(int rawType, byte[] payload) {
    this.rawType = rawType;
    this.payload = payload;
  }

  /** How long the fixed header is: of struct ifaddrmsg, rtmsg, nhmsg, fib_rule_hdr or ndmsg. */
  static int headerLength(int messageType) {
    return switch (messageType) {
      case RTM_NEWADDR, RTM_DELADDR -> AddressInfo.LENGTH;
      case RTM_NEWROUTE, RTM_DELROUTE -> RouteInfo.LENGTH;
      case RTM_NEWNEXTHOP -> NEXT_HOP_HEADER_LENGTH;
      case RTM_NEWRULE, RTM_DELRULE -> RULE_HEADER_LENGTH;
      case RTM_NEWNEIGH, RTM_DELNEIGH -> NeighbourRequest.LENGTH;
      default ->
          throw new IllegalArgumentException("message type " + messageType + " is no entry's");
    };
  }

  static byte[] header(MessageDecoder message, int length) {
    if (message.payloadLength() < length) {
      message.getByte(length - 1); // says what is wrong with the message
    }
    return bytes(message.segment(), message.payloadOffset(), length);
  }

  static List<EntryAttribute> list(MessageDecoder message, int headerLength) {
    AttributeIterator iterator = new AttributeIterator();
    return list(message.attributes(headerLength, iterator));
  }

  /** Those of a body, behind its header. */
  static List<EntryAttribute> list(byte[] body, int headerLength) {
    AttributeIterator iterator = new AttributeIterator();
    return list(
        iterator.wrap(MemorySegment.ofArray(body), headerLength, body.length - headerLength));
  }

  private static List<EntryAttribute> list(AttributeIterator iterator) {
    List<EntryAttribute> all = new ArrayList<>();
    while (iterator.next()) {
      all.add(new EntryAttribute(iterator.rawType(), iterator.getBytes()));
    }
    return all;
  }

  static byte[] write(byte[] header, List<EntryAttribute> attributes) {
    int length = header.length;
    for (EntryAttribute attribute : attributes) {
      length += HEADER_LENGTH + align(attribute.payload.length);
    }
    byte[] bytes = new byte[length];
    ByteBuffer body = buffer(bytes).put(header);
    for (EntryAttribute attribute : attributes) {
      body.putShort((short) (HEADER_LENGTH + attribute.payload.length));
      body.putShort((short) attribute.rawType);
      body.put(attribute.payload);
      body.position(align(body.position()));
    }
    return bytes;
  }

  private static byte[] bytes(MemorySegment segment, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return copy;
  }

  /** Netlink's numbers are in the host's byte order. */
  static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  static int align(int length) {
    return (length + 3) & ~3;
  }

  /** The type as it came, with its flags. */
  int rawType() {
    return rawType;
  }

  int type() {
    return rawType & TYPE_MASK;
  }

  byte[] payload() {
    return payload;
  }

  int number() {
    return buffer(payload).getInt(0);
  }

  EntryAttribute with(byte[] newPayload) {
    return new EntryAttribute(rawType, newPayload);
  }

  EntryAttribute withNumber(int number) {
    byte[] bytes = new byte[Integer.BYTES];
    buffer(bytes).putInt(number);
    return with(bytes);
  }
}
