package io.fastvif.benchmarks.report;

import java.util.Locale;

/** Writes elements of HTML and SVG in the syntax that both share: XML's. */
final class Xml {
  private static final int FIRST_PRINTABLE = 0x20;
  private static final char REPLACEMENT = '\ufffd';

  private final StringBuilder out = new StringBuilder();

  /** Markup as it is. */
  Xml raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Begins an element; attributes come as names and values in turn. */
  Xml begin(String name, Object... attributes) {
    return tag(name, attributes, ">");
  }

  /** Ends an element. */
  Xml end(String name) {
    out.append("</").append(name).append('>');
    return this;
  }

  /** An element without content. */
  Xml empty(String name, Object... attributes) {
    return tag(name, attributes, "/>");
  }

  /** An element with text in it. */
  Xml element(String name, String text, Object... attributes) {
    return begin(name, attributes).text(text).end(name);
  }

  /** Text. */
  Xml text(String text) {
    out.append(escape(text));
    return this;
  }

  Xml newLine() {
    out.append('\n');
    return this;
  }

  private Xml tag(String name, Object[] attributes, String close) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"").append(value(attributes[i + 1]));
      out.append('"');
    }
    out.append(close);
    return this;
  }

  /** A tenth of a pixel is as much as anyone sees. */
  private static String value(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.1f", number)
        : escape(value.toString());
  }

  /** The text with nothing in it that is markup, or that XML does not allow. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isAllowed(c) ? c : REPLACEMENT);
              }
            });
    return escaped.toString();
  }

  private static boolean isAllowed(int c) {
    boolean control = c < FIRST_PRINTABLE && c != '\n' && c != '\t' && c != '\r';
    boolean loneSurrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !control && !loneSurrogate && c != '\ufffe' && c != '\uffff';
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
