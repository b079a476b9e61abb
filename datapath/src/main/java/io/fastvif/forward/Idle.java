package io.fastvif.forward;

/** What a loop does when it finds no work. */
public enum Idle {
  /** Looks again at once, always: the least delay, and all of a processor. */
  BUSY_SPIN,

  /**
   * Looks again for a while, then asks guests for kicks and sleeps until one comes or a device of
   * the host has frames.
   */
  ADAPTIVE,

  /** Sleeps as soon as there is no work. */
  KICKS
}
