package io.fastvif.capture;

import io.fastvif.vif.InvalidInputException;

/**
 * What is captured.
 *
 * @param snapLength bytes of each frame that are kept, from its first on
 * @param count after how many frames the capture ends; 0 for never
 * @param filter which frames; null for all
 */
public record CaptureOptions(int snapLength, long count, FrameFilter filter) {
  /** tcpdump's: more than the longest frame. */
  public static final int MAX_SNAP_LENGTH = 262_144;

  /** All of all frames. */
  public static final CaptureOptions ALL = new CaptureOptions(MAX_SNAP_LENGTH, 0, null);

  /**
   * Checks the numbers.
   *
   * @throws InvalidInputException if one is out of range
   */
  public CaptureOptions {
    if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH) {
      throw InvalidInputException.ofValue(
          "snap length",
          Integer.toString(snapLength),
          "cannot be taken",
          "1 to " + MAX_SNAP_LENGTH + " bytes");
    }
    if (count < 0) {
      throw InvalidInputException.ofValue(
          "count", Long.toString(count), "cannot be taken", "a number from 0 on");
    }
  }
}
