package io.fastvif.plan;

import java.util.Locale;

/** The state that a physical function gives the link of a virtual one. */
public enum VfLinkState {
  /** That of the physical function's own link. */
  AUTO,
  /** Up. */
  ENABLE,
  /** Down. */
  DISABLE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
