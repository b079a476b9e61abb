package io.fastvif.plan;

import java.time.Duration;

/**
 * Which retired bridges an engine keeps for the next plug that makes one.
 *
 * @param bridges how many at most, 0 to 1,024; 0 for none
 * @param time for how long each, at most an hour
 */
public record BridgeKeeping(int bridges, Duration time) {
  private static final int MAX_BRIDGES = 1024;
  private static final Duration MAX_TIME = Duration.ofHours(1);

  /** Each is deleted as soon as nobody waits for anything else. */
  public static final BridgeKeeping NONE = new BridgeKeeping(0, Duration.ZERO);

  /** Checks the bounds. */
  public BridgeKeeping {
    if (bridges < 0 || bridges > MAX_BRIDGES) {
      throw new IllegalArgumentException("bridges: " + bridges + ": expected 0 to " + MAX_BRIDGES);
    }
    if (time.isNegative() || time.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException("time: " + time + ": expected 0 to " + MAX_TIME);
    }
  }
}
