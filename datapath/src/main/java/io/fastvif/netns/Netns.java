package io.fastvif.netns;

/** A network namespace. */
public final class Netns {
  private Netns() {}
}
