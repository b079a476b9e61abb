package io.fastvif.benchmarks.soak;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a soak is run.
 *
 * @param duration how long operations are submitted
 * @param vifs how many VIFs there are
 * @param threads how many threads submit operations
 * @param seed of the random streams, one for each thread
 * @param answerWithin how long an operation may take; one that is not answered then never is
 * @param log where the latencies go as an HdrHistogram log; null for nowhere
 */
record SoakOptions(
    Duration duration, int vifs, int threads, long seed, Duration answerWithin, Path log) {
  /** How many bridges the VIFs are on. */
  static final int BRIDGES = 4;

  /** Longer than anything that the kernel may take. */
  static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

  /** What a thread's random stream starts from. */
  long seedOf(int thread) {
    return seed * 0x9E37_79B9_7F4A_7C15L + thread;
  }
}
