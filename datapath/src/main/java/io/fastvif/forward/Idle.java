package io.fastvif.forward;

/** What a loop does when there is no work. */
public enum Idle {
  /** Never sleeps: the least latency, and a whole processor. */
  BUSY_SPIN,

  /**
   * As the load of the last few hundred microseconds asks for. Without frames it sleeps, and
   * nothing wakes it but a guest's kick or a device of the host that has some. With few, less than
   * about 40,000 a second, each wakes it so. With more it naps for up to 50 us, asks guests for no
   * kicks, and takes all that have come meanwhile. When bursts follow each other, above some 3
   * million, it polls. Frames wait for a nap at most: where that is too long, {@link #BUSY_SPIN}.
   */
  ADAPTIVE,

  /** Sleeps as soon as there is no work, so that each frame alone has to wake it. */
  KICKS
}
