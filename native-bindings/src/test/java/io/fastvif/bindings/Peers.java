package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * What a test needs beside the Java runtime: without it a test is skipped, or fails where all is
 * required.
 */
final class Peers {

  private Peers() {}

  /** Goes on if {@code present}; otherwise skips with one line, or fails under the property. */
  static void require(boolean present, String advice) {
    if (present) {
      return;
    }
    if (Boolean.getBoolean("fastvif.require-all-peers")) {
      fail(advice);
    }
    abort(advice);
  }
}
