package io.fastvif.capture;

/** A part of a filter: looks at the first bytes of a frame. Allocates nothing. */
@FunctionalInterface
interface FrameTest {
  int NO = 0;
  int YES = 1;

  /**
   * The frame is too short to tell. It then passes no filter, whatever stands before and behind, as
   * with the kernel's filters.
   */
  int TOO_SHORT = -1;

  /**
   * Looks at a frame.
   *
   * @param frame where it begins, in memory of this process only
   * @param length how many of its bytes there are
   */
  int test(long frame, int length);
}
