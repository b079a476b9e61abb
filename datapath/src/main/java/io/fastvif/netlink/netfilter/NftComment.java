package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.NFT_USERDATA_MAXLEN;

import java.nio.charset.StandardCharsets;

/**
 * The comment of a table, chain or rule in its user data, as {@code nft} writes it: entries of a
 * type, a length and bytes, of which type 0 is the comment, ended by a zero byte.
 *
 * <pre>
 *   0       1       2
 *  +-------+-------+----------- - -
 *  | type  |length | value      ...
 *  +-------+-------+----------- - -
 * </pre>
 */
public final class NftComment {
  /** How long a comment may be, in bytes. */
  public static final int MAX_LENGTH = NFT_USERDATA_MAXLEN - 3;

  private static final int ENTRY_HEADER = 2;
  private static final byte TYPE = 0;

  private NftComment() {}

  /**
   * Writes user data.
   *
   * @throws IllegalArgumentException if the comment is longer than {@link #MAX_LENGTH}
   */
  static byte[] encode(String comment) {
    byte[] text = comment.getBytes(StandardCharsets.UTF_8);
    if (text.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a comment of " + text.length + " bytes: at most " + MAX_LENGTH);
    }
    byte[] data = new byte[ENTRY_HEADER + text.length + 1];
    data[0] = TYPE;
    data[1] = (byte) (text.length + 1);
    System.arraycopy(text, 0, data, ENTRY_HEADER, text.length);
    return data;
  }

  /** Reads user data; an empty string if it holds no comment, or is not made of entries. */
  static String decode(byte[] data) {
    for (int at = 0; at + ENTRY_HEADER <= data.length; ) {
      int length = Byte.toUnsignedInt(data[at + 1]);
      int value = at + ENTRY_HEADER;
      if (value + length > data.length) {
        return "";
      }
      if (data[at] == TYPE) {
        return text(data, value, length);
      }
      at = value + length;
    }
    return "";
  }

  /** The bytes up to the first zero. */
  static String text(byte[] data) {
    return text(data, 0, data.length);
  }

  private static String text(byte[] data, int offset, int length) {
    int end = offset;
    while (end < offset + length && data[end] != 0) {
      end++;
    }
    return new String(data, offset, end - offset, StandardCharsets.UTF_8);
  }
}
