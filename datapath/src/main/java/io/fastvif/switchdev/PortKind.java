package io.fastvif.switchdev;

import java.util.Locale;

/** What a port of a card's switch leads to. */
public enum PortKind {
  /** The wire. */
  UPLINK,
  /** A physical function. */
  PF,
  /** A virtual function. */
  VF,
  /** A subfunction. */
  SF;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
