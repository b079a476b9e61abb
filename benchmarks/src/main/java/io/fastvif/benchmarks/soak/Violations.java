package io.fastvif.benchmarks.soak;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects violations from all threads; the first one stops the run. */
final class Violations {
  /** More would say the same of more VIFs. */
  private static final int KEPT = 20;

  private final List<Violation> found = new CopyOnWriteArrayList<>();

  void add(Violation violation) {
    if (found.size() < KEPT) {
      found.add(violation);
    }
  }

  /** An error that nobody expected. */
  void unexpected(String where, Throwable thrown) {
    StringBuilder text = new StringBuilder(thrown.toString());
    for (StackTraceElement frame : thrown.getStackTrace()) {
      text.append("\n      at ").append(frame);
    }
    add(Violation.of(Violation.Rule.ENGINE, where, "no exception", text));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Violation> all() {
    return List.copyOf(found);
  }
}
