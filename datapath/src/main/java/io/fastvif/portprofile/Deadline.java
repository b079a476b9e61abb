package io.fastvif.portprofile;

import io.fastvif.bindings.FailureKind;
import java.util.concurrent.TimeUnit;

/** Until when an answer is due, and when the next question is to be asked. */
final class Deadline {
  /** Between two questions to somebody who does not tell by himself. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int seconds;
  private final long end;
  private long due;

  Deadline(int seconds) {
    this.seconds = seconds;
    due = System.nanoTime();
    end = due + TimeUnit.SECONDS.toNanos(seconds);
  }

  boolean isOver() {
    return left() <= 0;
  }

  /** Nanoseconds; not positive once it is over. */
  long left() {
    return end - System.nanoTime();
  }

  /** The next question is to be asked in a moment. */
  void pause() {
    due = System.nanoTime() + PAUSE_NANOS;
  }

  /** How long the next question is to wait; 0 if it need not. */
  long untilDue() {
    return Math.clamp(Math.min(due - System.nanoTime(), left()), 0, PAUSE_NANOS);
  }

  /** What somebody did not do in that time. */
  PortRefusedException missed(String what) {
    return new PortRefusedException(FailureKind.TIMED_OUT, what + " in " + seconds + " s");
  }
}
