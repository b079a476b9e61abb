package io.fastvif.libvirt;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InvalidInputException;

/** How a macvtap device passes frames on: {@code mode} of a direct interface's source. */
public enum SourceMode {
  /** All frames go to the switch outside, also those between neighbours. */
  VEPA,
  /** Neighbours reach each other directly. */
  BRIDGE,
  /** Neighbours do not reach each other. */
  PRIVATE,
  /** The device belongs to one guest alone. */
  PASSTHROUGH;

  /** The mode of the same name. */
  static SourceMode of(DirectMode mode) {
    return switch (mode) {
      case VEPA -> VEPA;
      case BRIDGE -> BRIDGE;
      case PASSTHROUGH -> PASSTHROUGH;
    };
  }

  /**
   * Reads libvirt's word.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static SourceMode parse(String text) {
    for (SourceMode mode : values()) {
      if (mode.toString().equals(text)) {
        return mode;
      }
    }
    throw InvalidInputException.ofValue(
        "mode", text, "is not known here", "vepa, bridge, private or passthrough");
  }

  /** libvirt's word. */
  @Override
  public String toString() {
    return switch (this) {
      case VEPA -> "vepa";
      case BRIDGE -> "bridge";
      case PRIVATE -> "private";
      case PASSTHROUGH -> "passthrough";
    };
  }
}
