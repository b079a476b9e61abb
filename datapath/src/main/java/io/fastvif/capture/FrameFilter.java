package io.fastvif.capture;

/**
 * Which frames are captured: a part of pcap-filter(7)'s language.
 *
 * <pre>
 * filter    = ["not"] part { ("and" | "or") ["not"] part }
 * part      = "(" filter ")" | primitive
 * primitive = "arp" | "rarp" | "ip" | "ip6" | "tcp" | "udp" | "sctp" | "icmp" | "icmp6"
 *           | "vlan" [ID]
 *           | ["ip" | "ip6" | "arp" | "rarp" | "ether"] ["src" | "dst"] "host" ADDRESS
 *           | ["ip" | "ip6" | "arp" | "rarp"] ["src" | "dst"] "net" ADDRESS["/"LENGTH]
 *           | ["tcp" | "udp" | "sctp"] ["src" | "dst"] "port" NUMBER
 * </pre>
 *
 * <p>{@code &&}, {@code ||} and {@code !} stand for and, or and not. As there, and and or bind
 * alike, from left to right; {@code vlan} says that what stands behind it, up to the filter's end,
 * is meant of what is in the tag; a frame too short for what is asked of it does not pass, also not
 * behind a not. Names of hosts, networks and services are not looked up.
 *
 * @see <a href="https://www.tcpdump.org/manpages/pcap-filter.7.html">pcap-filter(7)</a>
 */
public final class FrameFilter {
  /** What a filter looks at, from a frame's beginning: more than all headers that it can name. */
  static final int MAX_BYTES = 128;

  /** Characters of a filter. */
  public static final int MAX_TEXT = 4096;

  private final String text;
  private final FrameTest test;

  FrameFilter(String text, FrameTest test) {
    this.text = text;
    this.test = test;
  }

  /**
   * Reads a filter.
   *
   * @param text in the language above; empty or blank for all frames
   * @return null for all frames
   * @throws io.fastvif.vif.InvalidInputException if it is none, naming the word that is wrong
   */
  public static FrameFilter parse(String text) {
    return text.isBlank() ? null : new FrameFilter(text.strip(), new FilterParser(text).parse());
  }

  /**
   * Whether a frame passes.
   *
   * @param frame where its bytes are, in memory of this process only
   * @param length how many of them there are, at most {@link #MAX_BYTES} are looked at
   */
  boolean passes(long frame, int length) {
    return test.test(frame, length) == FrameTest.YES;
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
