package io.fastvif.netlink;

import java.util.Arrays;

/**
 * Finds the attributes of one message by type: one walk, then each look-up is an array access. A
 * flyweight, for the decoders of messages with many attributes.
 */
public final class AttributeTable {
  private static final int ABSENT = -1;

  private final AttributeIterator walk = new AttributeIterator();
  private final AttributeIterator found = new AttributeIterator();
  private final int[] offsets;
  private final int[] lengths;

  /**
   * Makes a table.
   *
   * @param maxType the highest type to look up; higher ones are from a newer kernel and left out
   */
  public AttributeTable(int maxType) {
    offsets = new int[maxType + 1];
    lengths = new int[maxType + 1];
    Arrays.fill(offsets, ABSENT);
  }

  /**
   * Reads the attributes of a message. Of two with the same type the last counts, as in the kernel.
   *
   * @param message the message
   * @param headerLength the size of the family's fixed header
   * @throws MalformedMessageException if a length is impossible
   */
  public void wrap(MessageDecoder message, int headerLength) {
    Arrays.fill(offsets, ABSENT);
    message.attributes(headerLength, walk);
    while (walk.next()) {
      int type = walk.type();
      if (type < offsets.length) {
        offsets[type] = walk.payloadOffset() - Wire.ATTRIBUTE_HEADER_LENGTH;
        lengths[type] = walk.payloadLength() + Wire.ATTRIBUTE_HEADER_LENGTH;
      }
    }
  }

  /**
   * Whether an attribute is there.
   *
   * @param type nla_type without its flags
   */
  public boolean has(int type) {
    return offsets[type] != ABSENT;
  }

  /**
   * The attribute of a type.
   *
   * @param type nla_type without its flags; must be there
   * @return an iterator that stands on it, until the next look-up
   */
  public AttributeIterator get(int type) {
    if (!has(type)) {
      throw new IllegalStateException("the message has no attribute " + type);
    }
    found.wrap(walk.segment(), offsets[type], lengths[type]).next();
    return found;
  }

  /**
   * Reads an 8-bit attribute.
   *
   * @param type nla_type without its flags
   * @param absent what to return if it is not there
   * @return 0 to 255, or {@code absent}
   */
  public int getByte(int type, int absent) {
    return has(type) ? get(type).getByte() : absent;
  }

  /**
   * Reads a 32-bit attribute in the host's byte order.
   *
   * @param type nla_type without its flags
   * @param absent what to return if it is not there
   * @return the number, or {@code absent}
   */
  public int getInt(int type, int absent) {
    return has(type) ? get(type).getInt() : absent;
  }

  /**
   * Reads a string.
   *
   * @param type nla_type without its flags
   * @return the string, or null if it is not there
   */
  public String getString(int type) {
    return has(type) ? get(type).getString() : null;
  }

  /**
   * Copies an attribute's payload.
   *
   * @param type nla_type without its flags
   * @return its bytes, or null if it is not there
   */
  public byte[] getBytes(int type) {
    return has(type) ? get(type).getBytes() : null;
  }

  /**
   * Points an iterator at the attributes inside one.
   *
   * @param type nla_type without its flags
   * @param iterator the one to use
   * @return whether the attribute is there
   */
  public boolean nested(int type, AttributeIterator iterator) {
    if (!has(type)) {
      return false;
    }
    get(type).nested(iterator);
    return true;
  }
}
