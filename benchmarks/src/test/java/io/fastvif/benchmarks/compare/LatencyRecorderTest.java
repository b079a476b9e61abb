package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.benchmarks.report.Latency;
import org.junit.jupiter.api.Test;

/** Coordinated omission is corrected. */
class LatencyRecorderTest {
  private static final long MILLI = 1_000_000;
  private static final double PRECISION = 0.002;

  @Test
  void aLongOperationStandsForThoseBehindIt() {
    LatencyRecorder recorder = new LatencyRecorder(10 * MILLI);
    recorder.record(new long[] {MILLI, 35 * MILLI});
    Latency latency = recorder.latency();
    assertEquals(2, latency.count());
    // 1, 15, 25 and 35 ms: two more would have arrived while the second was waited for.
    assertEquals(15_000, latency.p50(), 15_000 * PRECISION);
    assertEquals(35_000, latency.p99(), 35_000 * PRECISION);
    assertEquals(35_000, latency.max(), 35_000 * PRECISION);
    assertEquals(100, latency.percentiles().getLast().percentile());
    assertEquals(35_000, latency.percentiles().getLast().micros(), 35_000 * PRECISION);
  }

  @Test
  void operationsInTimeStandForThemselves() {
    LatencyRecorder recorder = new LatencyRecorder(10 * MILLI);
    recorder.record(new long[] {MILLI, MILLI, MILLI, 9 * MILLI});
    assertEquals(1000, recorder.latency().p50(), 1000 * PRECISION);
    assertEquals(9000, recorder.latency().max(), 9000 * PRECISION);
  }
}
