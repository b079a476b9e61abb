package io.fastvif.forward;

/** What a loop does when there is no work. */
public enum Idle {
  /** Never sleeps: the least latency, and a whole processor. */
  BUSY_SPIN,

  /**
   * Polls for a while, then asks guests for kicks and sleeps until one comes or a device of the
   * host has frames.
   */
  ADAPTIVE,

  /** Sleeps as soon as there is no work. */
  KICKS
}
