package io.fastvif.vif;

import java.util.HexFormat;

/**
 * An Ethernet address of 48 bits.
 *
 * @param value the address as a number, first byte most significant
 */
public record MacAddress(long value) {
  private static final int TEXT_LENGTH = 17;
  private static final long MULTICAST = 1L << 40;
  private static final long MAX = 0xffff_ffff_ffffL;

  /** Refuses more than 48 bits. */
  public MacAddress {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(value));
    }
  }

  /**
   * Reads six hexadecimal pairs. As in os-vif, capitals and hyphens are taken too, and {@link
   * #toString} gives small letters and colons.
   *
   * @throws InvalidInputException if the text is anything else
   */
  public static MacAddress parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      throw malformed(text);
    }
    long value = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        if (c != ':' && c != '-') {
          throw malformed(text);
        }
      } else if (HexFormat.isHexDigit(c)) {
        value = value << 4 | HexFormat.fromHexDigit(c);
      } else {
        throw malformed(text);
      }
    }
    return new MacAddress(value);
  }

  /** Whether it stands for a group of devices, and not for one (IEEE 802). */
  public boolean isMulticast() {
    return (value & MULTICAST) != 0;
  }

  /** By hand: the JVM makes a record's at its first use, which the start of a command waits for. */
  @Override
  public boolean equals(Object other) {
    return other instanceof MacAddress address && address.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  private static InvalidInputException malformed(String text) {
    return InvalidInputException.ofValue(
        "", text, "is not a MAC address", "six hexadecimal pairs separated by colons");
  }

  /** The form os-vif and the kernel's tools write: {@code fa:16:3e:88:75:34}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(TEXT_LENGTH);
    HexFormat hex = HexFormat.of();
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append(hex.toHexDigits((byte) (value >>> shift)));
      if (shift > 0) {
        text.append(':');
      }
    }
    return text.toString();
  }
}
