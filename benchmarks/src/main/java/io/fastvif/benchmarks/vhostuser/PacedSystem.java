package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A backend as a process of its own, with the driver that sends frames through it. */
abstract class PacedSystem implements AutoCloseable {
  /** What a system's start may take at most. */
  static final long PATIENCE_NANOS = 60_000_000_000L;

  /** Ended in the reverse order. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Starts one. */
  interface Start {
    PacedSystem start() throws IOException;
  }

  /** Has something ended with the system. */
  final <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** The backend's process. */
  abstract long pid();

  abstract PacedDriver driver();

  @Override
  public final void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = new IllegalStateException("a part of the measurement does not end", e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
