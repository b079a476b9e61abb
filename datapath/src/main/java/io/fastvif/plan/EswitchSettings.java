package io.fastvif.plan;

import java.util.List;

/**
 * Settings of a card's embedded switch that a step changes; a null component is left as it is.
 *
 * @param mode how it switches: legacy or switchdev
 * @param inlineMode how much of a frame's headers goes into the descriptor: none, link, network or
 *     transport
 * @param encapMode whether it encapsulates: none or basic
 */
public record EswitchSettings(EswitchMode mode, String inlineMode, String encapMode) {
  /** The words for {@code inline-mode}. */
  public static final List<String> INLINE_MODES = List.of("none", "link", "network", "transport");

  /** The words for {@code encap-mode}. */
  public static final List<String> ENCAP_MODES = List.of("none", "basic");

  /** Checks the words. */
  public EswitchSettings {
    if (mode == EswitchMode.NONE
        || (inlineMode != null && !INLINE_MODES.contains(inlineMode))
        || (encapMode != null && !ENCAP_MODES.contains(encapMode))) {
      throw new IllegalArgumentException(
          "mode " + mode + " inline-mode " + inlineMode + " encap-mode " + encapMode);
    }
  }

  /** A mode alone. */
  public static EswitchSettings of(EswitchMode mode) {
    return new EswitchSettings(mode, null, null);
  }

  @Override
  public String toString() {
    return word(" mode ", mode)
        + word(" inline-mode ", inlineMode)
        + word(" encap-mode ", encapMode);
  }

  private static String word(String name, Object value) {
    return value == null ? "" : name + value;
  }
}
