package io.fastvif.vif;

/**
 * How fast frames may pass a port in one direction, as libvirt's {@code <bandwidth>} has it: a
 * token bucket, which fills at the average rate, and empties at the peak rate.
 *
 * @param average what passes in the long run, in bytes a second; 1 to {@link #MAX_RATE}
 * @param peak how fast a burst passes, in bytes a second, the average at least; 0 for no limit
 * @param burst what may pass at once after a pause, in bytes; 1 to {@link #MAX_BURST}
 * @see <a href="https://libvirt.org/formatnetwork.html#quality-of-service">libvirt: Quality of
 *     service</a>
 */
public record RateLimit(long average, long peak, long burst) {
  /** The highest rate, in bytes a second: what libvirt can say. */
  public static final long MAX_RATE = (1L << 41) - (1L << 10);

  /** The largest burst in bytes: what tc has room for. */
  public static final long MAX_BURST = (1L << 32) - 1;

  /** A burst that nobody has said has what passes in that part of a second. */
  private static final int DEFAULT_BURST_PART = 50;

  private static final long MIN_DEFAULT_BURST = 64 << 10;

  /**
   * Checks the numbers.
   *
   * @throws InvalidInputException if one is out of range, or the peak is below the average
   */
  public RateLimit {
    check("average", average, 1, MAX_RATE);
    check("peak", peak, 0, MAX_RATE);
    check("burst", burst, 1, MAX_BURST);
    if (peak != 0 && peak < average) {
      throw InvalidInputException.ofValue(
          "peak",
          peak + " bytes a second",
          "is below the average",
          "at least " + average + " bytes a second");
    }
  }

  private static void check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw InvalidInputException.ofValue(
          field,
          Long.toString(value),
          "is out of range",
          "a number of bytes from " + min + " to " + max);
    }
  }

  /**
   * The burst where nobody says one: 20 ms of the average rate, and no less than a frame of the
   * largest size, 64 KiB.
   *
   * @param average in bytes a second
   * @return in bytes
   */
  public static long defaultBurst(long average) {
    return Math.min(MAX_BURST, Math.max(MIN_DEFAULT_BURST, average / DEFAULT_BURST_PART));
  }

  @Override
  public String toString() {
    return average
        + " bytes a second"
        + (peak == 0 ? "" : ", at most " + peak)
        + ", with a burst of "
        + burst;
  }
}
