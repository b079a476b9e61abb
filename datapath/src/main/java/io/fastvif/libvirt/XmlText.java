package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/** Text as XML writes it. */
final class XmlText {
  private XmlText() {}

  /**
   * The text as the value of an attribute in quotes of either kind, or as an element's text.
   *
   * @param path what the text is, for the message
   * @throws InvalidInputException if it has a character that XML 1.0 cannot carry
   */
  static String escape(String path, String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&apos;");
                // a parser would turn these into spaces
                case '\t', '\n', '\r' -> out.append("&#").append(c).append(';');
                default -> {
                  if (!isCharacter(c)) {
                    throw InvalidInputException.ofValue(
                        path, text, "has a character that XML cannot carry", "other text");
                  }
                  out.appendCodePoint(c);
                }
              }
            });
    return out.toString();
  }

  /** Production 2 (Char) of XML 1.0. */
  private static boolean isCharacter(int c) {
    return (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c != 0xfffe && c != 0xffff);
  }
}
