package io.fastvif.cli;

/**
 * An option of a command.
 *
 * @param name such as {@code --netns}
 * @param shortName such as {@code -o}, null for none
 * @param parameter what its value is called in the help; null if it is a flag
 * @param repeatable whether it may be given several times
 * @param description what it does
 */
record Option(
    String name, String shortName, String parameter, boolean repeatable, String description) {

  /** An option without a value. */
  static Option flag(String name, String description) {
    return new Option(name, null, null, false, description);
  }

  /** An option with a value. */
  static Option value(String name, String parameter, String description) {
    return new Option(name, null, parameter, false, description);
  }

  /** An option with a value that may be given several times. */
  static Option repeatable(String name, String shortName, String parameter, String description) {
    return new Option(name, shortName, parameter, true, description);
  }

  boolean isNamed(String argument) {
    return argument.equals(name) || argument.equals(shortName);
  }
}
