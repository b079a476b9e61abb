package io.fastvif.benchmarks.vhostuser;

import java.util.Arrays;

/** What a paced driver has seen in a time. The numbers' places are those of paced-driver.c. */
final class PacedSample {
  static final int SLOT_MICROS = 50;

  private static final int NANOS = 0;
  private static final int SENT = 1;
  private static final int RECEIVED = 2;
  private static final int OVERTAKEN = 3;
  private static final int KICKS = 4;
  private static final int ARRIVAL = 6;
  private static final int NUMBERS = 16;
  private static final int BUCKETS = 1024;
  private static final int SLOTS = 64;
  static final int ALL_NUMBERS = NUMBERS + BUCKETS + SLOTS;

  /** Buckets for each power of two. */
  private static final int SUB = 32;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;

  private final long[] numbers;

  private PacedSample(long[] numbers) {
    this.numbers = numbers;
  }

  static PacedSample of(long[] numbers) {
    return new PacedSample(numbers.clone());
  }

  /** How many frames the sender's end took. */
  long sent() {
    return numbers[SENT];
  }

  long received() {
    return numbers[RECEIVED];
  }

  /** How many came after a later one. */
  long overtaken() {
    return numbers[OVERTAKEN];
  }

  /** How often the backend had asked to be told of frames when there were some. */
  long kicks() {
    return numbers[KICKS];
  }

  /** Microseconds from the beginning until the first frame came. */
  double arrivalMicros() {
    return numbers[ARRIVAL] / NANOS_PER_MICRO;
  }

  /** How many frames came in each 50 us since the beginning. */
  long[] slots() {
    return Arrays.copyOfRange(numbers, NUMBERS + BUCKETS, ALL_NUMBERS);
  }

  /** Frames that came, a second. */
  double rate() {
    return received() * NANOS_PER_SECOND / numbers[NANOS];
  }

  long lost() {
    return sent() - received();
  }

  /** The microseconds that a share of all frames took at most; the error is below 4 %. */
  double latencyMicros(double share) {
    long wanted = (long) Math.ceil(received() * share);
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += numbers[NUMBERS + i];
      if (seen >= wanted && seen > 0) {
        return nanos(i) / NANOS_PER_MICRO;
      }
    }
    return 0;
  }

  /** The upper end of a bucket. */
  static long nanos(int bucket) {
    if (bucket < 2 * SUB) {
      return bucket;
    }
    int power = bucket / SUB - 1;
    return ((bucket % SUB + SUB + 1L) << power) - 1;
  }
}
