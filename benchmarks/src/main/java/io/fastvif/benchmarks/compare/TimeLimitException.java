package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.time.Duration;

/** An operation was stopped because it took too long. */
final class TimeLimitException extends IOException {
  private static final long serialVersionUID = 1L;

  TimeLimitException(Duration limit) {
    super("stopped after the time limit of " + limit.toSeconds() + " s");
  }
}
