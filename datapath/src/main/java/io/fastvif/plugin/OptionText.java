package io.fastvif.plugin;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The text of an option's value, read as Python and oslo.config read it: what is white space, what
 * is a number, what is true.
 */
public final class OptionText {
  private static final Set<String> TRUE = Set.of("true", "1", "on", "yes");
  private static final Set<String> FALSE = Set.of("false", "0", "off", "no");
  private static final int DECIMAL = 10;

  private OptionText() {}

  /**
   * {@code str.isspace}: unlike {@link Character#isWhitespace}, with the spaces that do not break.
   */
  private static boolean isSpace(char c) {
    return Character.isSpaceChar(c)
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85;
  }

  /** Without the white space behind it. */
  public static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Without the white space around it. */
  public static String strip(String text) {
    String stripped = stripEnd(text);
    int start = 0;
    while (start < stripped.length() && isSpace(stripped.charAt(start))) {
      start++;
    }
    return stripped.substring(start);
  }

  /** What {@code BoolOpt} makes of it: true, 1, on, yes or their opposites, in any case. */
  public static Optional<Boolean> flag(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (TRUE.contains(lower)) {
      return Optional.of(true);
    }
    return FALSE.contains(lower) ? Optional.of(false) : Optional.empty();
  }

  /**
   * What {@code IntOpt} makes of it: digits of any script, with a sign before and single
   * underscores between them, and white space around, of any size. Empty if it is none.
   */
  public static Optional<BigInteger> integer(String text) {
    String stripped = strip(text);
    int start = stripped.startsWith("-") || stripped.startsWith("+") ? 1 : 0;
    StringBuilder digits = new StringBuilder(stripped.startsWith("-") ? "-" : "");
    boolean afterDigit = false;
    for (int i = start; i < stripped.length(); ) {
      int c = stripped.codePointAt(i);
      i += Character.charCount(c);
      if (Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER) {
        digits.append(Character.digit(c, DECIMAL));
        afterDigit = true;
      } else if (c == '_' && afterDigit) {
        afterDigit = false;
      } else {
        return Optional.empty();
      }
    }
    return afterDigit ? Optional.of(new BigInteger(digits.toString())) : Optional.empty();
  }

  /** The same as a long; empty as well if it does not fit into one. */
  public static OptionalLong number(String text) {
    Optional<BigInteger> number = integer(text).filter(integer -> integer.bitLength() < Long.SIZE);
    return number.isPresent() ? OptionalLong.of(number.get().longValue()) : OptionalLong.empty();
  }
}
