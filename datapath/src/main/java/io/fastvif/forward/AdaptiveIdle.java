package io.fastvif.forward;

/**
 * Decides what an adaptive loop does when a round has found no frame, by how many there were in the
 * last few hundred microseconds:
 *
 * <ul>
 *   <li>So many that a burst is there in less time than a nap is worth: it polls.
 *   <li>Some: it naps until a burst can be expected, at most {@link #MAX_NAP_NANOS}, and asks for
 *       no notifications. One timer then serves all frames that have come, and no guest kicks.
 *   <li>Fewer than a nap costs more than their kicks: it polls for about as long as it takes to be
 *       woken, then sleeps until it is notified.
 * </ul>
 *
 * <p>A nap makes frames wait, so two without a frame end in sleep, whatever there was before.
 */
final class AdaptiveIdle {
  /** The next round at once. */
  static final long POLL = 0;

  /** Until somebody notifies. */
  static final long SLEEP = -1;

  /** Frames wait for no longer than that, and for how much longer the kernel takes to wake. */
  static final long MAX_NAP_NANOS = 50_000;

  /** Less than that is not worth a timer. */
  static final long MIN_NAP_NANOS = 10_000;

  /** What a nap shall bring: half of a burst, so that a load that doubles is dealt with at once. */
  static final int NAP_FRAMES = 32;

  /** How many frames the longest nap has to bring at least, as each would cost a kick. */
  static final int LEAST_FRAMES = 2;

  /** About what it costs to be woken by a kick. */
  static final long SPIN_NANOS = 10_000;

  private static final double WINDOW_NANOS = 200_000;
  private static final int MAX_VAIN_NAPS = 2;

  /** Frames a nanosecond, of which older ones count less. */
  private double rate;

  private long frames;
  private long measured;
  private long idleSince;
  private boolean isIdle;
  private int vainNaps;

  /**
   * Begins now.
   *
   * @param now of {@link System#nanoTime()}, as all times here
   */
  AdaptiveIdle(long now) {
    measured = now;
  }

  /** A round has dealt with frames. */
  void worked(int count) {
    frames += count;
    isIdle = false;
    vainNaps = 0;
  }

  /**
   * What to do after a round without frames.
   *
   * @return {@link #POLL}, {@link #SLEEP} or for how many nanoseconds to nap
   */
  long rest(long now) {
    if (!isIdle) {
      isIdle = true;
      idleSince = now;
    }
    long nanos = Math.max(0, now - measured);
    rate = (rate * WINDOW_NANOS + frames) / (WINDOW_NANOS + nanos);
    measured = now;
    frames = 0;
    if (rate * MAX_NAP_NANOS < LEAST_FRAMES || vainNaps == MAX_VAIN_NAPS) {
      return now - idleSince < SPIN_NANOS ? POLL : SLEEP;
    }
    if (rate * MIN_NAP_NANOS >= NAP_FRAMES) {
      return POLL;
    }
    vainNaps++;
    return Math.min(MAX_NAP_NANOS, (long) (NAP_FRAMES / rate));
  }
}
