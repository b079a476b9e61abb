package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.TCA_TBF_PARMS;
import static io.fastvif.bindings.linux.linux_h.TCA_TBF_RATE64;

import io.fastvif.bindings.linux.tc_ratespec;
import io.fastvif.bindings.linux.tc_tbf_qopt;
import io.fastvif.netlink.AttributeIterator;

/**
 * A token bucket, which limits what a link sends.
 *
 * @param rate in bytes a second, at least 1
 * @param limit how many bytes may wait; up to 2^32 - 1
 * @param burst what may pass at once, as the time that it takes at that rate, in ticks of 64 ns; up
 *     to 2^32 - 1
 * @see <a href="https://man7.org/linux/man-pages/man8/tc-tbf.8.html">tc-tbf(8),
 *     linux/pkt_sched.h</a>
 */
public record Tbf(long rate, long limit, long burst) {
  /** How long a frame may take at a rate to pass at all, whatever the burst; rounded down. */
  public static final int MAX_FRAME_SECONDS = 4;

  static final int RATE = (int) (tc_tbf_qopt.rate$offset() + tc_ratespec.rate$offset());
  static final int LIMIT = (int) tc_tbf_qopt.limit$offset();
  static final int BUFFER = (int) tc_tbf_qopt.buffer$offset();
  static final long MAX_UINT = 0xffff_ffffL;
  private static final int TICK_SHIFT = 6;
  private static final long MICROS = 1_000_000;
  private static final double TICKS_IN_MICROSECOND = 1000.0 / (1 << TICK_SHIFT);

  /**
   * One by the words of {@code tc}: {@code tbf rate RATE burst BURST latency LATENCY}. Its burst is
   * rounded down to microseconds.
   *
   * @param rate in bytes a second, at least 1
   * @param burst in bytes, up to 2^32 - 1
   * @param latency in microseconds, how long a byte may wait
   */
  public static Tbf of(long rate, long burst, long latency) {
    double limit = rate * (double) latency / MICROS + burst;
    long micros = burst * MICROS / rate;
    long ticks = (long) (micros * TICKS_IN_MICROSECOND);
    return new Tbf(rate, Math.min((long) limit, MAX_UINT), Math.min(ticks, MAX_UINT));
  }

  /**
   * The longest frame that passes, in bytes: one as long as the burst, and none that takes more
   * than 4.29 s (2^32 - 1 ns).
   */
  public long longestFrame() {
    return bytes(Math.min(burst, MAX_UINT >> TICK_SHIFT));
  }

  /** How many bytes may pass at once. */
  public long burstBytes() {
    return bytes(burst);
  }

  private long bytes(long ticks) {
    return (long) (ticks / TICKS_IN_MICROSECOND * rate / MICROS);
  }

  static Tbf read(AttributeIterator options) {
    long rate = 0;
    long limit = 0;
    long burst = 0;
    while (options.next()) {
      if (options.type() == TCA_TBF_PARMS) {
        rate = Math.max(rate, Integer.toUnsignedLong(options.getInt(RATE)));
        limit = Integer.toUnsignedLong(options.getInt(LIMIT));
        burst = Integer.toUnsignedLong(options.getInt(BUFFER));
      } else if (options.type() == TCA_TBF_RATE64) {
        rate = options.getLong();
      }
    }
    return new Tbf(rate, limit, burst);
  }
}
