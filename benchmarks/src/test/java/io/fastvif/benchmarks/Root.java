package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fastvif.bindings.Namespaces;

/** Tests that make network namespaces. */
public final class Root {
  private Root() {}

  /** Skips the test without root, or fails it if every peer is required. */
  public static void require() {
    if (Namespaces.geteuid() == 0) {
      return;
    }
    String reason = "tests in network namespaces need root";
    if (Boolean.getBoolean("fastvif.require-all-peers")) {
      fail(reason);
    }
    abort(reason);
  }
}
