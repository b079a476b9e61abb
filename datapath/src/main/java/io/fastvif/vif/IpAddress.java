package io.fastvif.vif;

/**
 * An IPv4 or IPv6 address. Keeps the text as it came: two spellings of one address are not equal.
 *
 * @param text dotted decimal (RFC 791), or hexadecimal groups (RFC 4291) without a zone
 */
public record IpAddress(String text) {
  private static final int V6_GROUPS = 8;

  /**
   * Checks the text.
   *
   * @throws InvalidInputException if it is not an address
   */
  public IpAddress {
    if (!isV4(text) && !isV6(text)) {
      throw InvalidInputException.ofValue(
          "", text, "is not an IP address", "an IPv4 or IPv6 address");
    }
  }

  /** Whether this is an IPv6 address. */
  public boolean isV6() {
    return text.indexOf(':') >= 0;
  }

  @Override
  public String toString() {
    return text;
  }

  private static boolean isV4(String text) {
    String[] parts = text.split("\\.", 5);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      boolean leadingZero = part.length() > 1 && part.charAt(0) == '0';
      if (part.isEmpty()
          || part.length() > 3
          || leadingZero
          || !part.chars().allMatch(c -> c >= '0' && c <= '9')
          || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static boolean isV6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text, true) == V6_GROUPS;
    }
    int before = gap == 0 ? 0 : groups(text.substring(0, gap), false);
    String rest = text.substring(gap + 2);
    int after = rest.isEmpty() ? 0 : groups(rest, true);
    return before >= 0 && after >= 0 && before + after < V6_GROUPS;
  }

  /** The number of 16-bit groups, or -1 if one of them is malformed. */
  private static int groups(String text, boolean last) {
    String[] parts = text.split(":", V6_GROUPS + 1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (last && i == parts.length - 1 && isV4(part)) {
        count += 2;
      } else if (!part.isEmpty()
          && part.length() <= 4
          && part.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80)) {
        count++;
      } else {
        return -1;
      }
    }
    return count;
  }
}
