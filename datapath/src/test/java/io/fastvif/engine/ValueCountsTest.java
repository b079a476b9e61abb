package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ValueCountsTest {
  private static final long MAX = 3_600_000_000_000L;
  private static final int VALUES = 200_000;

  @Test
  void itIsReadAsTheHistogramThatHdrHistogramWouldHaveRecorded() {
    ValueCounts counts = new ValueCounts(MAX);
    Histogram expected = new Histogram(MAX, 2);
    assertEquals(expected, counts.read());
    Random random = new Random(7);
    for (int i = 0; i < VALUES; i++) {
      long value = random.nextLong(MAX) >>> random.nextInt(42);
      counts.record(value);
      expected.recordValue(value);
    }
    for (long value : new long[] {0, 1, 127, 128, 255, 256, 257, 511, 512, MAX - 1, MAX}) {
      counts.record(value);
      expected.recordValue(value);
    }
    assertEquals(expected, counts.read());
    counts.record(MAX + 1);
    expected.recordValue(MAX);
    counts.record(-1);
    expected.recordValue(0);
    assertEquals(expected, counts.read());
    assertEquals(VALUES + 13, counts.read().getTotalCount());
  }
}
