package io.fastvif.agent.client;

import java.time.Duration;

/** How long another side may be silent, and from when on nothing of it is waited for. */
final class AnswerTime {
  private static final double SECOND = 1e9;

  private final long silence;

  /**
   * What a command that was told to end has left, by {@link System#nanoTime()}; null if none was.
   */
  private volatile Rest rest;

  private record Rest(long told, long silence, long end) {}

  AnswerTime(Duration silence) {
    this.silence = Math.max(1, silence.toNanos());
  }

  /**
   * Waits less from now on; the first call counts.
   *
   * @param silent how long the other side may still be silent
   * @param all how long is waited at most, whatever comes
   */
  synchronized void endWithin(Duration silent, Duration all) {
    if (rest == null) {
      long now = System.nanoTime();
      rest = new Rest(now, silent.toNanos(), now + all.toNanos());
    }
  }

  /** How many nanoseconds are left of a silence that began then; not positive if none. */
  long left(long began) {
    Rest end = rest;
    long now = System.nanoTime();
    long left = silence - (now - began);
    if (end == null) {
      return left;
    }
    long sinceTold = Math.min(now - began, now - end.told);
    return Math.min(left, Math.min(end.silence - sinceTold, end.end - now));
  }

  /** Whether nothing is waited for any more, even where bytes come. */
  boolean isOver() {
    Rest end = rest;
    return end != null && end.end - System.nanoTime() <= 0;
  }

  /** What is said when there is nothing left. */
  String problem(String what) {
    return rest == null
        ? what + " for " + silence / SECOND + " s"
        : "has not answered in full in the time that was left when the command was told to end";
  }
}
