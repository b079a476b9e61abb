package io.fastvif.cli;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A command's arguments: its options' values, and its files. */
final class Arguments {
  private final Map<String, List<String>> options = new HashMap<>();
  private final List<String> files = new ArrayList<>();

  Arguments() {}

  /**
   * Reads plain arguments, such as scripts give: options by their full names with their values
   * behind them, and files.
   *
   * @param arguments with the command's name as the first
   * @return null if they are anything else, be it a request for help or a mistake: picocli tells
   *     them apart, but takes as long to load as a plug takes
   */
  static Arguments ofPlain(Command command, String[] arguments) {
    Arguments plain = new Arguments();
    for (int i = 1; i < arguments.length; i++) {
      String argument = arguments[i];
      if (!argument.startsWith("-") || argument.equals("-")) {
        plain.files.add(argument);
        continue;
      }
      Option option = command.option(argument);
      if (option == null || (plain.has(option) && !option.isRepeatable())) {
        return null;
      }
      if (option.parameter() == null) {
        plain.add(option, "");
        continue;
      }
      if (option.values() == Option.Values.ATTACHED) {
        plain.add(option, argument.substring(Math.min(argument.length(), attached(option))));
        continue;
      }
      int first = i + 1;
      while (i + 1 < arguments.length
          && !arguments[i + 1].startsWith("-")
          && (i + 1 == first || option.values() == Option.Values.LIST)) {
        plain.add(option, arguments[++i]);
      }
      if (i < first) {
        return null;
      }
    }
    boolean suits = plain.files.isEmpty() ? !command.needsFiles() : command.files() != null;
    return suits ? plain : null;
  }

  private static int attached(Option option) {
    return option.name().length() + 1;
  }

  /**
   * The same with an empty value for each option that may have one and has none: picocli would take
   * the file behind it.
   */
  static String[] withValues(Command command, String[] arguments) {
    String[] words = arguments.clone();
    for (int i = 0; i < words.length && !words[i].equals("--"); i++) {
      Option option = command.option(words[i]);
      if (option != null
          && option.values() == Option.Values.ATTACHED
          && words[i].equals(option.name())) {
        words[i] += "=";
      }
    }
    return words;
  }

  void add(Option option, String value) {
    options.computeIfAbsent(option.name(), name -> new ArrayList<>(1)).add(value);
  }

  void addFile(String file) {
    files.add(file);
  }

  List<String> files() {
    return files;
  }

  boolean has(Option option) {
    return options.containsKey(option.name());
  }

  List<String> values(Option option) {
    return options.getOrDefault(option.name(), List.of());
  }

  /** The value of an option that is not repeatable; null if it is not given. */
  String value(Option option) {
    List<String> values = values(option);
    return values.isEmpty() ? null : values.getFirst();
  }

  /** The option's value as a whole number of that range. */
  int number(Option option, int byDefault, NumberRange range) {
    return number(option, byDefault, range.min(), range.max());
  }

  /** The option's value as a whole number in that range. */
  int number(Option option, int byDefault, int min, int max) {
    String value = value(option);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // said below, like a number out of range
    }
    throw InvalidInputException.ofValue(
        option.name(), value, "cannot be taken", "a whole number from " + min + " to " + max);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arguments that
        && options.equals(that.options)
        && files.equals(that.files);
  }

  @Override
  public int hashCode() {
    return Objects.hash(options, files);
  }

  @Override
  public String toString() {
    return options + " " + files;
  }
}
