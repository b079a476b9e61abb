package io.fastvif.plan;

import io.fastvif.vif.InvalidInputException;
import java.util.Locale;

/** The state that a physical function gives the link of a virtual one. */
public enum VfLinkState {
  /** That of the physical function's own link. */
  AUTO,
  /** Up. */
  ENABLE,
  /** Down. */
  DISABLE;

  /**
   * Reads the word of {@code ip}: auto, enable or disable.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static VfLinkState parse(String word) {
    for (VfLinkState state : values()) {
      if (state.toString().equals(word)) {
        return state;
      }
    }
    throw InvalidInputException.ofValue("", word, "is not known", "auto, enable or disable");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
