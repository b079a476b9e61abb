package io.fastvif.forward;

/**
 * Says how long bursts stay, of one burst in 64, so that the clock is not read for each. A burst
 * that waits for its receiver's buffers is measured from its first look on.
 */
final class ResidenceSample {
  private static final int BURSTS = 64;

  private int left = BURSTS;
  private boolean begun;
  private long begin;

  /**
   * A burst is about to be moved.
   *
   * @param again whether it is the one before, or what was left of it
   * @return whether it is measured
   */
  boolean begins(boolean again) {
    if (begun) {
      if (!again) {
        begin = System.nanoTime(); // the one before has come to nothing
      }
      return true;
    }
    if (--left > 0) {
      return false;
    }
    left = BURSTS;
    begun = true;
    begin = System.nanoTime();
    return true;
  }

  /** A burst that is measured was moved; for how many nanoseconds it has stayed. */
  long end() {
    begun = false;
    return System.nanoTime() - begin;
  }
}
