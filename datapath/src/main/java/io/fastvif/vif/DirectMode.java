package io.fastvif.vif;

/** How a macvtap device passes frames on: os-vif's VIFDirectMode. */
public enum DirectMode {
  /** All frames go to the switch outside, also those between neighbours. */
  VEPA,
  /** The device belongs to one guest alone. */
  PASSTHROUGH,
  /** Neighbours reach each other directly. */
  BRIDGE;

  /**
   * Reads the word of os-vif's JSON.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static DirectMode parse(String text) {
    return switch (text) {
      case "vepa" -> VEPA;
      case "passthrough" -> PASSTHROUGH;
      case "bridge" -> BRIDGE;
      default ->
          throw InvalidInputException.ofValue(
              "", text, "is not known here", "vepa, passthrough or bridge");
    };
  }

  /** The word of os-vif's JSON. */
  @Override
  public String toString() {
    return switch (this) {
      case VEPA -> "vepa";
      case PASSTHROUGH -> "passthrough";
      case BRIDGE -> "bridge";
    };
  }
}
