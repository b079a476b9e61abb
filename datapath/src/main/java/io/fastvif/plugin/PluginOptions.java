package io.fastvif.plugin;

import io.fastvif.vif.InvalidInputException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The options given to one plugin, by name; what is not given has the plugin's default. */
public final class PluginOptions {
  private final String plugin;
  private final Map<String, String> values;

  /**
   * @param plugin the plugin's name, for messages
   * @param values the options without the plugin's name
   */
  public PluginOptions(String plugin, Map<String, String> values) {
    this.plugin = plugin;
    this.values = Map.copyOf(values);
  }

  /** The same with these options alone. */
  public PluginOptions only(Collection<String> names) {
    Map<String, String> some = new HashMap<>(values);
    some.keySet().retainAll(names);
    return new PluginOptions(plugin, some);
  }

  /** Whether the option is given. */
  public boolean has(String option) {
    return values.containsKey(option);
  }

  /** Text, or the default. */
  public String text(String option, String byDefault) {
    return values.getOrDefault(option, byDefault);
  }

  /** The values of a repeatable option, one a line; the default if it is not given. */
  public List<String> texts(String option, List<String> byDefault) {
    String lines = values.get(option);
    return lines == null ? byDefault : List.of(lines.split("\n", -1));
  }

  /** {@code true} or {@code false}, or the default. */
  public boolean flag(String option, boolean byDefault) {
    String value = values.get(option);
    if (value == null) {
      return byDefault;
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(option, value, "is not a flag", "true or false");
    };
  }

  /** A whole number in that range, or empty if the option is not given. */
  public OptionalInt number(String option, int least, int greatest) {
    String value = values.get(option);
    if (value == null) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= greatest) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException notANumber) {
      // said below, like a number out of range
    }
    throw invalid(
        option, value, "is out of range", "a whole number from " + least + " to " + greatest);
  }

  /** One of an enumeration's constants, written in lower case, or the default. */
  public <E extends Enum<E>> E choice(String option, E byDefault) {
    String value = values.get(option);
    if (value == null) {
      return byDefault;
    }
    E[] constants = byDefault.getDeclaringClass().getEnumConstants();
    for (E constant : constants) {
      if (lowerCase(constant).equals(value)) {
        return constant;
      }
    }
    String known =
        Arrays.stream(constants).map(PluginOptions::lowerCase).collect(Collectors.joining(", "));
    throw invalid(option, value, "is not known", "one of " + known);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** One of these words, or the default. */
  public String word(String option, List<String> words, String byDefault) {
    String value = values.getOrDefault(option, byDefault);
    if (!words.contains(value)) {
      throw invalid(
          option,
          value,
          "is not known",
          "one of "
              + words.stream()
                  .map(word -> word.isEmpty() ? "nothing" : word)
                  .collect(Collectors.joining(", ")));
    }
    return value;
  }

  /** Says that an option has a value that it does not take. */
  public InvalidInputException invalid(
      String option, String value, String problem, String expected) {
    return InvalidInputException.ofValue(plugin + "." + option, value, problem, expected);
  }
}
