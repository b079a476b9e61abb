package io.fastvif.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/** The last things that were done to a VIF. */
final class Trace {
  private static final int LENGTH = 24;

  private final long start = System.nanoTime();
  private final long[] nanos = new long[LENGTH];
  private final String[] threads = new String[LENGTH];
  private final String[] events = new String[LENGTH];
  private final Object[] details = new Object[LENGTH];
  private int next;

  /**
   * Notes something.
   *
   * @param event what happened: a constant, so that a trace takes no memory of its own
   * @param detail more of it, null for nothing; must not change any more
   */
  synchronized void add(String event, Object detail) {
    int at = next++ % LENGTH;
    nanos[at] = System.nanoTime() - start;
    threads[at] = Thread.currentThread().getName();
    events[at] = event;
    details[at] = detail;
  }

  /** What was noted, the oldest first. */
  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = Math.max(0, next - LENGTH); i < next; i++) {
      int at = i % LENGTH;
      String detail = details[at] == null ? "" : ": " + details[at];
      lines.add("%12.6f s %-14s %s%s".formatted(nanos[at] / 1e9, threads[at], events[at], detail));
    }
    return lines;
  }
}
