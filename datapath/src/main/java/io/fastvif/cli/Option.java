package io.fastvif.cli;

/**
 * An option of a command.
 *
 * @param name such as {@code --netns}
 * @param shortName such as {@code -o}, null for none
 * @param parameter what its value is called in the help; null if it is a flag
 * @param values how many values it takes
 * @param description what it does
 */
record Option(String name, String shortName, String parameter, Values values, String description) {

  /** How many values an option takes. */
  enum Values {
    /** None: it is a flag. */
    NONE,
    /** One. */
    ONE,
    /** One or none, and only behind the name and an equals sign: what follows may be a file. */
    ATTACHED,
    /** One each time, and it may be given several times. */
    REPEATABLE,
    /** One or more behind its name; for commands without files, which would be taken for values. */
    LIST
  }

  /** An option without a value. */
  static Option flag(String name, String description) {
    return new Option(name, null, null, Values.NONE, description);
  }

  /** An option with a value. */
  static Option value(String name, String parameter, String description) {
    return new Option(name, null, parameter, Values.ONE, description);
  }

  /** An option that may have a value, behind an equals sign. */
  static Option attached(String name, String parameter, String description) {
    return new Option(name, null, parameter, Values.ATTACHED, description);
  }

  /** An option with a value that may be given several times. */
  static Option repeatable(String name, String shortName, String parameter, String description) {
    return new Option(name, shortName, parameter, Values.REPEATABLE, description);
  }

  /** An option with one value or more behind its name. */
  static Option list(String name, String parameter, String description) {
    return new Option(name, null, parameter, Values.LIST, description);
  }

  boolean isNamed(String argument) {
    return argument.equals(name)
        || argument.equals(shortName)
        || (values == Values.ATTACHED && argument.startsWith(name + "="));
  }

  /** Whether it may be given several times. */
  boolean isRepeatable() {
    return values == Values.REPEATABLE || values == Values.LIST;
  }
}
