package io.fastvif.benchmarks.vhostuser;

import java.util.Collections;
import java.util.List;

/**
 * Two samples that follow each other.
 *
 * @param dpdk million frames a second
 * @param fastvif the same
 * @param roundTrips nanoseconds of a cache line's round trip before, between and after them; -1 if
 *     something else kept a processor busy
 */
record SamplePair(double dpdk, double fastvif, List<Long> roundTrips) {
  /** Round trips are alike up to this ratio. */
  private static final double LIKE = 1.25;

  /** Whether the processors were equally far from each other, and frames passed both times. */
  boolean isLike() {
    long least = Collections.min(roundTrips);
    return least > 0 && Collections.max(roundTrips) <= LIKE * least && dpdk > 0 && fastvif > 0;
  }

  double ratio() {
    return fastvif / dpdk;
  }

  double roundTrip() {
    return roundTrips.get(1);
  }
}
