package io.fastvif.plan;

import java.util.Arrays;
import java.util.Locale;

/**
 * How the kernel makes a link's own IPv6 addresses.
 *
 * @see <a href="https://docs.kernel.org/networking/ip-sysctl.html">addr_gen_mode in ip-sysctl</a>
 */
public enum AddressGeneration {
  /** Of the MAC address. */
  EUI64(0),
  /** No link-local address. */
  NONE(1),
  /** Of a secret (RFC 7217). */
  STABLE_SECRET(2),
  /** Of a secret that the kernel draws at random. */
  RANDOM(3);

  private final int number;

  AddressGeneration(int number) {
    this.number = number;
  }

  /** As in {@code addr_gen_mode}. */
  public int number() {
    return number;
  }

  /** The one of that number. */
  public static AddressGeneration of(int number) {
    return Arrays.stream(values()).filter(one -> one.number == number).findFirst().orElseThrow();
  }

  /** Whether the link gets a link-local address. */
  public boolean makesLinkLocal() {
    return this != NONE;
  }

  /** As {@code ip} has it, in {@code addrgenmode}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
