package io.fastvif.netlink;

import java.lang.foreign.MemorySegment;

/** UTF-8 straight into a segment: {@code String.getBytes} would allocate. */
final class Utf8 {
  private Utf8() {}

  /** Returns how many bytes the string takes; refuses what the kernel would cut or misread. */
  static int length(CharSequence value) {
    int length = 0;
    int count = value.length();
    for (int i = 0; i < count; i++) {
      char c = value.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException("a zero character at " + i + " would end the string");
      } else if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (!Character.isSurrogate(c)) {
        length += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < count
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        length += 4;
        i++;
      } else {
        throw new IllegalArgumentException("half a surrogate pair at " + i);
      }
    }
    return length;
  }

  /** Writes a string that {@link #length} has accepted. */
  static void encode(CharSequence value, MemorySegment segment, int offset) {
    int at = offset;
    int count = value.length();
    for (int i = 0; i < count; i++) {
      int c = value.charAt(i);
      if (c < 0x80) {
        at = put(segment, at, c);
      } else if (c < 0x800) {
        at = put(segment, at, 0xc0 | (c >> 6));
        at = put(segment, at, 0x80 | (c & 0x3f));
      } else if (!Character.isSurrogate((char) c)) {
        at = put(segment, at, 0xe0 | (c >> 12));
        at = put(segment, at, 0x80 | ((c >> 6) & 0x3f));
        at = put(segment, at, 0x80 | (c & 0x3f));
      } else {
        int point = Character.toCodePoint((char) c, value.charAt(++i));
        at = put(segment, at, 0xf0 | (point >> 18));
        at = put(segment, at, 0x80 | ((point >> 12) & 0x3f));
        at = put(segment, at, 0x80 | ((point >> 6) & 0x3f));
        at = put(segment, at, 0x80 | (point & 0x3f));
      }
    }
  }

  private static int put(MemorySegment segment, int at, int value) {
    segment.set(Wire.BYTE, at, (byte) value);
    return at + 1;
  }
}
