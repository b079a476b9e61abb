package io.fastvif.forward.bridge;

import java.util.Arrays;
import java.util.Optional;

/** A set of VLANs, 1 to 4094, which does not change. */
public final class VlanSet {
  private static final int MAX = 4094;
  private static final int WORDS = (MAX + Long.SIZE) / Long.SIZE;

  /** None. */
  public static final VlanSet NONE = new VlanSet(new long[WORDS]);

  /** All. */
  public static final VlanSet ALL = read("1-" + MAX).orElseThrow();

  private final long[] bits;

  private VlanSet(long[] bits) {
    this.bits = bits;
  }

  /**
   * Reads {@code 5,100-199}.
   *
   * @param text numbers and ranges with commas between them; empty for none
   * @return empty if it is anything else
   */
  public static Optional<VlanSet> read(String text) {
    if (text.isEmpty()) {
      return Optional.of(NONE);
    }
    long[] bits = new long[WORDS];
    for (String part : text.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = number(dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : number(part.substring(dash + 1));
      if (first < 1 || last < first) {
        return Optional.empty();
      }
      for (int vlan = first; vlan <= last; vlan++) {
        bits[vlan >>> 6] |= 1L << vlan;
      }
    }
    return Optional.of(new VlanSet(bits));
  }

  /** A VLAN's number; -1 if the text is none. */
  private static int number(String text) {
    String digits = text.strip();
    boolean isNumber = digits.length() <= 4 && digits.matches("[0-9]+");
    int number = isNumber ? Integer.parseInt(digits) : 0;
    return number >= 1 && number <= MAX ? number : -1;
  }

  /**
   * Whether a VLAN is among them.
   *
   * @param vlan 0 to 4095
   */
  public boolean has(int vlan) {
    return vlan >>> 6 < WORDS && (bits[vlan >>> 6] & 1L << vlan) != 0;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return equals(NONE);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VlanSet set && Arrays.equals(bits, set.bits);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bits);
  }

  /** As {@link #read} takes it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int first = 1; first <= MAX; first++) {
      if (!has(first)) {
        continue;
      }
      int last = first;
      while (has(last + 1)) {
        last++;
      }
      text.append(text.isEmpty() ? "" : ",").append(first);
      if (last > first) {
        text.append('-').append(last);
      }
      first = last;
    }
    return text.toString();
  }
}
