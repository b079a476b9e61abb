package io.fastvif.plan;

/**
 * Whether a link counts as dormant once it has a carrier: frames pass, but the kernel gives it no
 * addresses by itself.
 *
 * @see <a href="https://docs.kernel.org/networking/operstates.html">operational states</a>
 */
public enum Dormancy {
  /** It does. */
  DORMANT("dormant"),
  /** It does not; one that has no carrier any more is as if it never had. */
  NONE("default"),
  /** It does not any more, and has a carrier from now on. */
  ENDED("default state up");

  private final String words;

  Dormancy(String words) {
    this.words = words;
  }

  /** As {@code ip link set NAME mode} has it. */
  @Override
  public String toString() {
    return words;
  }
}
