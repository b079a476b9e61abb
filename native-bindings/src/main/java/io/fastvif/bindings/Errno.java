package io.fastvif.bindings;

/** Names of error numbers. */
public final class Errno {
  private Errno() {}
}
