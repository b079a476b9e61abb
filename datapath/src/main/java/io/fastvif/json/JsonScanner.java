package io.fastvif.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a short, well-formed JSON document (RFC 8259) into the tree that {@code JsonTree} makes of
 * it with jackson's parser, without that: its first use initializes {@link java.math.BigDecimal},
 * which in JDK 25 squares numbers of up to 152,000 bits, and that is a quarter of the processor
 * time of a plug by the command. Refuses whatever is not plainly right, without saying why: jackson
 * then reads it from the start, and its word is what the user sees.
 */
final class JsonScanner {
  /** Longer documents are jackson's, so that there is no second copy of them. */
  static final int MAX_CHARACTERS = 1 << 20;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME = 50_000;
  private static final int MAX_NUMBER = 1000;
  private static final int HEX_DIGITS = 4;
  private static final int HEX = 16;
  private static final char FIRST_PRINTED = 0x20;

  /** What stands outside of strings and numbers ends a word. */
  private static final Map<String, JsonNode> WORDS = new HashMap<>();

  static {
    WORDS.put("true", new JsonNode.JsonBoolean(true));
    WORDS.put("false", new JsonNode.JsonBoolean(false));
    WORDS.put("null", new JsonNode.JsonNull());
  }

  private final String text;
  private final int maxValues;
  private int next;
  private int values;

  JsonScanner(String text, int maxValues) {
    this.text = text;
    this.maxValues = maxValues;
  }

  /** The value that the document is. */
  JsonNode document() throws NotPlainException {
    JsonNode root = value(0);
    requireEnd();
    return root;
  }

  /** Whether the document is an array, whose elements are then {@link #nextElement}'s. */
  boolean beginsArray() {
    skipSpace();
    return next < text.length() && text.charAt(next) == '[';
  }

  /** The next element of the array that the document is; null behind the last. */
  JsonNode nextElement(boolean isFirst) throws NotPlainException {
    if (isFirst) {
      next++;
      skipSpace();
      if (peek() == ']') {
        next++;
        requireEnd();
        return null;
      }
    } else {
      skipSpace();
      if (take() == ']') {
        requireEnd();
        return null;
      }
      require(text.charAt(next - 1) == ',');
    }
    values = 0;
    return value(1);
  }

  private void requireEnd() throws NotPlainException {
    skipSpace();
    require(next == text.length());
  }

  private static void require(boolean condition) throws NotPlainException {
    if (!condition) {
      throw new NotPlainException();
    }
  }

  private void skipSpace() {
    while (next < text.length()) {
      char c = text.charAt(next);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      next++;
    }
  }

  private char peek() throws NotPlainException {
    require(next < text.length());
    return text.charAt(next);
  }

  private char take() throws NotPlainException {
    char c = peek();
    next++;
    return c;
  }

  /**
   * The value that comes next.
   *
   * @param depth how many objects and arrays it is in
   */
  private JsonNode value(int depth) throws NotPlainException {
    require(++values <= maxValues);
    skipSpace();
    char c = peek();
    if (c == '{') {
      require(depth < MAX_DEPTH);
      return object(depth + 1);
    }
    if (c == '[') {
      require(depth < MAX_DEPTH);
      return array(depth + 1);
    }
    if (c == '"') {
      return new JsonNode.JsonString(string());
    }
    if (c == '-' || isDigit(c)) {
      return new JsonNode.JsonNumber(number());
    }
    return word();
  }

  private JsonNode object(int depth) throws NotPlainException {
    Map<String, JsonNode> members = new LinkedHashMap<>();
    next++;
    skipSpace();
    if (peek() == '}') {
      next++;
      return new JsonNode.JsonObject(members);
    }
    char separator;
    do {
      skipSpace();
      require(peek() == '"');
      String name = string();
      require(name.length() <= MAX_NAME);
      skipSpace();
      require(take() == ':');
      JsonNode before = members.put(name, value(depth));
      require(before == null);
      skipSpace();
      separator = take();
    } while (separator == ',');
    require(separator == '}');
    return new JsonNode.JsonObject(members);
  }

  private JsonNode array(int depth) throws NotPlainException {
    List<JsonNode> elements = new ArrayList<>();
    next++;
    skipSpace();
    if (peek() == ']') {
      next++;
      return new JsonNode.JsonArray(elements);
    }
    char separator;
    do {
      elements.add(value(depth));
      skipSpace();
      separator = take();
    } while (separator == ',');
    require(separator == ']');
    return new JsonNode.JsonArray(elements);
  }

  private JsonNode word() throws NotPlainException {
    int begin = next;
    while (next < text.length() && text.charAt(next) >= 'a' && text.charAt(next) <= 'z') {
      next++;
    }
    JsonNode word = WORDS.get(text.substring(begin, next));
    require(word != null && isAtEnd());
    return word;
  }

  /** Whether what comes next cannot belong to the number or word before it. */
  private boolean isAtEnd() {
    return next == text.length() || " \n\r\t,]}".indexOf(text.charAt(next)) >= 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private String number() throws NotPlainException {
    int begin = next;
    if (peek() == '-') {
      next++;
    }
    if (peek() == '0') {
      next++;
    } else {
      digits();
    }
    if (next < text.length() && text.charAt(next) == '.') {
      next++;
      digits();
    }
    if (next < text.length() && (text.charAt(next) == 'e' || text.charAt(next) == 'E')) {
      next++;
      if (peek() == '+' || peek() == '-') {
        next++;
      }
      digits();
    }
    require(next - begin <= MAX_NUMBER && isAtEnd());
    return text.substring(begin, next);
  }

  private void digits() throws NotPlainException {
    require(isDigit(peek()));
    while (next < text.length() && isDigit(text.charAt(next))) {
      next++;
    }
  }

  private String string() throws NotPlainException {
    int begin = ++next;
    for (char c = take(); ; c = take()) {
      require(c >= FIRST_PRINTED);
      if (c == '"') {
        return text.substring(begin, next - 1);
      }
      if (c == '\\') {
        next--;
        return escaped(begin);
      }
      if (Character.isSurrogate(c)) {
        requirePair(c, take());
      }
    }
  }

  private static void requirePair(char high, char low) throws NotPlainException {
    require(Character.isSurrogatePair(high, low));
  }

  /** The rest of a string with escapes. */
  private String escaped(int begin) throws NotPlainException {
    StringBuilder string = new StringBuilder().append(text, begin, next);
    for (char c = take(); c != '"'; c = take()) {
      require(c >= FIRST_PRINTED);
      char meant = c == '\\' ? escape() : c;
      string.append(meant);
      if (Character.isSurrogate(meant)) {
        char low = take();
        low = low == '\\' ? escape() : low;
        requirePair(meant, low);
        string.append(low);
      }
    }
    return string.toString();
  }

  private char escape() throws NotPlainException {
    char c = take();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw new NotPlainException();
    };
  }

  private char hexadecimal() throws NotPlainException {
    int code = 0;
    for (int i = 0; i < HEX_DIGITS; i++) {
      char c = take();
      int digit = c < 0x80 ? Character.digit(c, HEX) : -1;
      require(digit >= 0);
      code = code * HEX + digit;
    }
    return (char) code;
  }
}
