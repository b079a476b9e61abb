package io.fastvif.benchmarks.soak;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Microseconds from changes by hand until the host was as before.
 *
 * @param first of VIFs that were not changed since somebody asked for them, by the agent that was
 *     there all the time
 * @param again of VIFs that were changed before: the agent waits longer each time
 * @param overRestart where the agent had ended, or was only starting
 */
record RepairTimes(
    ConcurrentHistogram first, ConcurrentHistogram again, ConcurrentHistogram overRestart) {
  private static final int DIGITS = 3;

  RepairTimes() {
    this(
        new ConcurrentHistogram(DIGITS),
        new ConcurrentHistogram(DIGITS),
        new ConcurrentHistogram(DIGITS));
  }

  /**
   * Adds one.
   *
   * @param before {@link AgentLife#ready()} before the change
   * @param after the same after the repair
   */
  void add(long nanos, boolean isFirst, int before, int after) {
    boolean isOfOne = before == after && before != AgentLife.NONE;
    ConcurrentHistogram ofOne = isFirst ? first : again;
    (isOfOne ? ofOne : overRestart).recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  long count() {
    return first.getTotalCount() + again.getTotalCount() + overRestart.getTotalCount();
  }
}
