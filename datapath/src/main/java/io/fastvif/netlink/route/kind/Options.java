package io.fastvif.netlink.route.kind;

import io.fastvif.netlink.MessageEncoder;

/**
 * Numeric options by attribute type, each of its own width; written in the order of their types.
 * Types go up to 63.
 */
final class Options {
  private static final byte BYTE = 1;
  private static final byte SHORT = 2;
  private static final byte INT = 3;
  private static final byte SHORT_BIG_ENDIAN = 4;
  private static final byte INT_BIG_ENDIAN = 5;

  private final int[] values = new int[Long.SIZE];
  private final byte[] widths = new byte[Long.SIZE];
  private long present;

  void clear() {
    present = 0;
  }

  void setFlag(int type, boolean on) {
    set(type, on ? 1 : 0, BYTE);
  }

  void setShort(int type, int value) {
    set(type, value, SHORT);
  }

  void setInt(int type, int value) {
    set(type, value, INT);
  }

  void setShortBigEndian(int type, int value) {
    set(type, value, SHORT_BIG_ENDIAN);
  }

  void encode(MessageEncoder encoder) {
    for (long left = present; left != 0; left &= left - 1) {
      int type = Long.numberOfTrailingZeros(left);
      int value = values[type];
      switch (widths[type]) {
        case BYTE -> encoder.putByte(type, value);
        case SHORT -> encoder.putShort(type, value);
        case SHORT_BIG_ENDIAN -> encoder.putShortBigEndian(type, value);
        case INT_BIG_ENDIAN -> encoder.putIntBigEndian(type, value);
        default -> encoder.putInt(type, value);
      }
    }
  }

  private void set(int type, int value, byte width) {
    values[type] = value;
    widths[type] = width;
    present |= 1L << type;
  }
}
