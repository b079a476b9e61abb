package io.fastvif.vif;

/**
 * A network or an address with its network's length. Keeps the text as it came.
 *
 * @param text {@code 10.1.0.0/24}; without a length, all bits of the address count
 */
public record IpNetwork(String text) {
  /**
   * Checks the text.
   *
   * @throws InvalidInputException if it is not a network
   */
  public IpNetwork {
    if (!isNetwork(text)) {
      throw InvalidInputException.ofValue(
          "",
          text,
          "is not an IP network",
          "an IPv4 or IPv6 address and the number of its network bits, as in 10.1.0.0/24");
    }
  }

  /** The address before the slash. */
  public IpAddress address() {
    int slash = text.indexOf('/');
    return new IpAddress(slash < 0 ? text : text.substring(0, slash));
  }

  /** The number of network bits: 0 to 32, or to 128 with IPv6. */
  public int prefixLength() {
    int slash = text.indexOf('/');
    return slash < 0 ? bits(address()) : Integer.parseInt(text, slash + 1, text.length(), 10);
  }

  @Override
  public String toString() {
    return text;
  }

  private static int bits(IpAddress address) {
    return address.isV6() ? 128 : 32;
  }

  private static boolean isNetwork(String text) {
    int slash = text.indexOf('/');
    IpAddress address;
    try {
      address = new IpAddress(slash < 0 ? text : text.substring(0, slash));
    } catch (InvalidInputException e) {
      return false;
    }
    String length = slash < 0 ? "0" : text.substring(slash + 1);
    return !length.isEmpty()
        && length.length() <= 3
        && length.chars().allMatch(c -> c >= '0' && c <= '9')
        && Integer.parseInt(length) <= bits(address);
  }
}
