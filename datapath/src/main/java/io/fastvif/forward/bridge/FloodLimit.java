package io.fastvif.forward.bridge;

/** Lets a number of frames pass each second, after a pause a tenth of a second's at once. */
final class FloodLimit {
  private static final long NANOS = 1_000_000_000;
  private static final int BURSTS_PER_SECOND = 10;

  /** Time that one frame takes; 0 for no limit. */
  private final long nanosPerFrame;

  private final long mostAhead;

  /** When the frames that have passed will have taken their time. */
  private long due;

  private boolean began;

  /**
   * @param perSecond frames; 0 for all
   */
  FloodLimit(int perSecond) {
    nanosPerFrame = perSecond == 0 ? 0 : Math.max(1, NANOS / perSecond);
    mostAhead = Math.max(0, NANOS / BURSTS_PER_SECOND - nanosPerFrame);
  }

  /**
   * Takes a frame's share.
   *
   * @param now of {@link System#nanoTime}
   * @return false if there is none left
   */
  boolean take(long now) {
    if (nanosPerFrame == 0) {
      return true;
    }
    if (!began || due - now < 0) {
      began = true;
      due = now;
    }
    if (due - now > mostAhead) {
      return false;
    }
    due += nanosPerFrame;
    return true;
  }
}
