package io.fastvif.benchmarks.process;

import java.io.IOException;
import java.time.Duration;

/** An operation was stopped because it took too long. */
public final class TimeLimitException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Of an operation that had that long. */
  public TimeLimitException(Duration limit) {
    super("stopped after the time limit of " + limit.toSeconds() + " s");
  }
}
