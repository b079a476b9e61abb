package io.fastvif.plan;

/** How a macvtap passes frames on. {@code toString()} gives the word of {@code ip link}. */
public enum MacvtapMode {
  /** Neighbours on one device reach each other by way of a switch outside (802.1Qbg). */
  VEPA("vepa"),
  /** Neighbours on one device reach each other directly. */
  BRIDGE("bridge"),
  /** Neighbours on one device do not reach each other. */
  PRIVATE("private"),
  /** The one macvtap has the device for itself. */
  PASSTHRU("passthru");

  private final String word;

  MacvtapMode(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
