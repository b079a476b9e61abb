package io.fastvif.libvirt;

/** A piece of a template. */
sealed interface TemplatePart {
  /** What stands as it is. */
  record Verbatim(String text) implements TemplatePart {}

  /**
   * What a value takes the place of.
   *
   * @param wantsQuotes whether it is a whole attribute value, to be put in quotes
   */
  record Placeholder(String name, boolean wantsQuotes) implements TemplatePart {}
}
