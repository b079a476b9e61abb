package io.fastvif.vif;

import java.util.HexFormat;

/**
 * The address of a PCI device, written {@code 0000:af:06.1}.
 *
 * @param domain 16 bits
 * @param bus 8 bits
 * @param device 5 bits
 * @param function 3 bits
 */
public record PciAddress(int domain, int bus, int device, int function) {
  private static final String SHAPE = "hhhh:hh:hh.h";

  /** Refuses numbers that the bus does not have. */
  public PciAddress {
    if ((domain & ~0xffff) != 0
        || (bus & ~0xff) != 0
        || (device & ~0x1f) != 0
        || (function & ~0x7) != 0) {
      throw new IllegalArgumentException("not a PCI address");
    }
  }

  /**
   * Reads the form above; capitals are taken too.
   *
   * @throws InvalidInputException if the text is anything else
   */
  public static PciAddress parse(String text) {
    if (text.length() != SHAPE.length()) {
      throw malformed(text);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (SHAPE.charAt(i) == 'h' ? !HexFormat.isHexDigit(c) : c != SHAPE.charAt(i)) {
        throw malformed(text);
      }
    }
    int device = HexFormat.fromHexDigits(text, 8, 10);
    int function = HexFormat.fromHexDigit(text.charAt(11));
    if (device > 0x1f || function > 0x7) {
      throw malformed(text);
    }
    return new PciAddress(
        HexFormat.fromHexDigits(text, 0, 4), HexFormat.fromHexDigits(text, 5, 7), device, function);
  }

  private static InvalidInputException malformed(String text) {
    return InvalidInputException.ofValue(
        "",
        text,
        "is not a PCI address",
        "domain:bus:device.function in hexadecimal, as in 0000:af:06.1");
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits((short) domain)
        + ":"
        + hex.toHexDigits((byte) bus)
        + ":"
        + hex.toHexDigits((byte) device)
        + "."
        + function;
  }
}
