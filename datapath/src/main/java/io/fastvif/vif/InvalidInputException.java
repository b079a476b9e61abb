package io.fastvif.vif;

import java.util.Optional;

/**
 * Input is not what it must be: the message names the field, shows its value and says what was
 * expected. The one exception of everything that reads or checks a VIF.
 */
public final class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARACTERS = 60;

  private final String path;
  private final String value;
  private final String problem;
  private final String expected;
  private final boolean untilUnplugged;

  private InvalidInputException(
      String path,
      String value,
      String problem,
      String expected,
      boolean untilUnplugged,
      Throwable cause) {
    super(message(path, value, problem, expected), cause);
    this.untilUnplugged = untilUnplugged;
    this.path = path;
    this.value = value;
    this.problem = problem;
    this.expected = expected;
  }

  /**
   * A value that is wrong.
   *
   * @param path the field's path, empty for the whole
   * @param value the value as text; shortened, and control characters escaped, for the message
   * @param problem what is wrong, such as {@code is not a MAC address}
   * @param expected what would be right
   */
  public static InvalidInputException ofValue(
      String path, String value, String problem, String expected) {
    return new InvalidInputException(path, shown(value), problem, expected, false, null);
  }

  /** A field, or the whole if the path is empty, that is wrong without having a value to show. */
  public static InvalidInputException of(String path, String problem, String expected) {
    return new InvalidInputException(path, null, problem, expected, false, null);
  }

  /** The same, one level further up: {@code address} under {@code vif} is {@code vif.address}. */
  public InvalidInputException under(String parent) {
    boolean joined =
        parent.isEmpty() || parent.endsWith(" ") || path.isEmpty() || path.startsWith("[");
    return new InvalidInputException(
        joined ? parent + path : parent + "." + path,
        value,
        problem,
        expected,
        untilUnplugged,
        getCause());
  }

  /**
   * The same for a VIF that is plugged already in a way that cannot be changed: it is right once
   * the VIF was unplugged.
   */
  public InvalidInputException untilUnplugged() {
    return new InvalidInputException(path, value, problem, expected, true, getCause());
  }

  /** Whether unplugging the VIF would make it right. */
  public boolean isUntilUnplugged() {
    return untilUnplugged;
  }

  /** Where: such as {@code vif.network.subnets[0].cidr}; empty for the input as a whole. */
  public String path() {
    return path;
  }

  /** The value that is wrong, shortened. */
  public Optional<String> value() {
    return Optional.ofNullable(value);
  }

  /** What would be right. */
  public String expected() {
    return expected;
  }

  private static String message(String path, String value, String problem, String expected) {
    StringBuilder text = new StringBuilder();
    if (!path.isEmpty()) {
      text.append(path).append(value == null ? " " : ": ");
    }
    if (value != null) {
      text.append('"').append(value).append("\" ");
    }
    return text.append(problem).append(": expected ").append(expected).toString();
  }

  /** Text made safe for a terminal and a log line: control characters escaped, the rest cut off. */
  private static String shown(String text) {
    StringBuilder out = new StringBuilder();
    int end = Math.min(text.length(), SHOWN_CHARACTERS);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c) || isFormat(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return text.length() > end ? out.append("...").toString() : out.toString();
  }

  private static boolean isFormat(char c) {
    int type = Character.getType(c);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
