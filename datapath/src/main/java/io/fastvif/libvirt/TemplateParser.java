package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a template apart, one construct of XML at a time. */
final class TemplateParser {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.\\-]*");

  private final String xml;
  private final List<TemplatePart> parts;
  private final Deque<String> open = new ArrayDeque<>();
  private int position;
  private int verbatimStart;
  private boolean rooted;

  TemplateParser(String xml, List<TemplatePart> parts) {
    this.xml = xml;
    this.parts = parts;
  }

  void parse() {
    while (position < xml.length()) {
      if (xml.charAt(position) == '<') {
        markup();
      } else if (atPlaceholder()) {
        if (open.isEmpty()) {
          throw wrong("a placeholder outside of every element");
        }
        placeholder(false);
      } else {
        if (open.isEmpty() && !Character.isWhitespace(xml.charAt(position))) {
          throw wrong("text outside of every element");
        }
        position++;
      }
    }
    if (!open.isEmpty()) {
      throw wrong("an end without </" + open.peek() + ">");
    }
    if (!rooted) {
      throw wrong("no element");
    }
    verbatim();
  }

  private void markup() {
    if (xml.startsWith("<!--", position)) {
      skipTo("-->");
    } else if (xml.startsWith("<!", position) || xml.startsWith("<?", position)) {
      throw wrong("markup that is neither element nor comment");
    } else if (xml.startsWith("</", position)) {
      position += 2;
      String closed = name();
      space();
      expect('>');
      if (open.isEmpty() || !open.pop().equals(closed)) {
        throw wrong("</" + closed + "> where another element is open");
      }
    } else {
      position++;
      startTag();
    }
  }

  private void startTag() {
    rooted = true;
    String element = name();
    while (true) {
      boolean spaced = space();
      char c = peek();
      if (c == '>') {
        position++;
        open.push(element);
        return;
      }
      if (c == '/') {
        position++;
        expect('>');
        return;
      }
      if (!spaced) {
        throw wrong("an attribute without a space before it");
      }
      name();
      space();
      expect('=');
      space();
      value();
    }
  }

  private void value() {
    if (atPlaceholder()) {
      placeholder(true);
      return;
    }
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw wrong("an attribute's value without quotes");
    }
    position++;
    while (peek() != quote) {
      if (atPlaceholder()) {
        placeholder(false);
      } else if (peek() == '<') {
        throw wrong("< in an attribute's value");
      } else {
        position++;
      }
    }
    position++;
  }

  private boolean atPlaceholder() {
    return xml.startsWith("${", position);
  }

  private void placeholder(boolean wantsQuotes) {
    verbatim();
    position += 2;
    String name = name();
    expect('}');
    parts.add(new TemplatePart.Placeholder(name, wantsQuotes));
    verbatimStart = position;
  }

  private void verbatim() {
    if (verbatimStart < position) {
      parts.add(new TemplatePart.Verbatim(xml.substring(verbatimStart, position)));
    }
  }

  private void skipTo(String end) {
    int found = xml.indexOf(end, position);
    if (found < 0) {
      throw wrong("an end without " + end);
    }
    int inside = xml.indexOf("${", position);
    if (inside >= 0 && inside < found) {
      position = inside;
      throw wrong("a placeholder in a comment");
    }
    position = found + end.length();
  }

  private String name() {
    Matcher matcher = NAME.matcher(xml).region(position, xml.length());
    if (!matcher.lookingAt()) {
      throw wrong("no name where one must be");
    }
    position = matcher.end();
    return matcher.group();
  }

  private boolean space() {
    int start = position;
    while (position < xml.length() && Character.isWhitespace(xml.charAt(position))) {
      position++;
    }
    return position > start;
  }

  private char peek() {
    if (position >= xml.length()) {
      throw wrong("an end inside an element's tag");
    }
    return xml.charAt(position);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw wrong("no " + c + " where one must be");
    }
    position++;
  }

  private InvalidInputException wrong(String what) {
    int line = (int) xml.substring(0, Math.min(position, xml.length())).lines().count();
    return InvalidInputException.of(
        "template line " + Math.max(line, 1), "has " + what, "elements with ${name} as values");
  }
}
