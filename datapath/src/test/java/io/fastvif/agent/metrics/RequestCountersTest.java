package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RequestCountersTest {
  @Test
  void kindsOfRequestsAreBounded() {
    RequestCounters counters = new RequestCounters();
    for (int i = 0; i < 10_000; i++) {
      counters.answered("GET", "/" + i, 404, 1000);
    }
    assertTrue(counters.requests().size() <= 501, () -> counters.requests().size() + " kinds");
    assertTrue(counters.durations().size() <= 501, () -> counters.durations().size() + " routes");
    assertEquals(
        10_000, counters.requests().values().stream().mapToLong(count -> count.sum()).sum());
    assertEquals(10_000, counters.micros().getTotalCount());
  }

  @Test
  void aDurationBeyondAllBoundsIsCounted() {
    RequestCounters counters = new RequestCounters();
    counters.answered("GET", "/", 200, TimeUnit.DAYS.toNanos(2));
    counters.answered("GET", "/", 200, -5);
    long[] counts = counters.durations().get("/").counts();
    assertEquals(1, counts[0]);
    assertEquals(1, counts[counts.length - 1]);
    assertEquals(TimeUnit.DAYS.toNanos(2), counters.durations().get("/").nanos());
  }

  @Test
  void aBoundIsInItsBucket() {
    Histogram values = new Histogram(2);
    for (long value : new long[] {1, 2, 3, 10, 11, 100_000}) {
      values.recordValue(value);
    }
    long[] counts = Buckets.COUNTS.counts(values);
    assertArrayEquals(new long[] {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1}, counts);
    assertEquals(100_027, Buckets.sum(values), 1000);
  }
}
