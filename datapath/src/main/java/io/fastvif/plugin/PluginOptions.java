package io.fastvif.plugin;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The options given to one plugin, by name; what is not given has the plugin's default. */
public final class PluginOptions {
  private static final String MTU = "network_device_mtu";
  private static final int ETHERNET_MTU = 1500;

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

  /** A copy with these options alone. */
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

  /** Each value of an option that may be given several times, or the default. */
  public List<String> texts(String option, List<String> byDefault) {
    String value = values.get(option);
    return value == null ? byDefault : List.of(value.split("\n", -1));
  }

  /** True or false, in any of oslo.config's words for them, or the default. */
  public boolean flag(String option, boolean byDefault) {
    String value = values.get(option);
    if (value == null) {
      return byDefault;
    }
    return OptionText.flag(value)
        .orElseThrow(
            () ->
                invalid(
                    option, value, "is not a flag", "true or false (or 1, yes, on; 0, no, off)"));
  }

  /** A whole number in that range, or empty if the option is not given, or given as nothing. */
  public OptionalInt number(String option, int min, int max) {
    String value = values.get(option);
    if (value == null || OptionText.strip(value).isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalLong number = OptionText.number(value);
    if (number.isPresent() && number.getAsLong() >= min && number.getAsLong() <= max) {
      return OptionalInt.of((int) number.getAsLong());
    }
    throw invalid(option, value, "is out of range", "a whole number from " + min + " to " + max);
  }

  /** A whole number of that range, or empty if the option is not given, or given as nothing. */
  public OptionalInt number(String option, NumberRange range) {
    return number(option, range.min(), range.max());
  }

  /** A user's or group's id, or empty if the option is not given. */
  public OptionalInt id(String option) {
    return number(option, NumberRange.ID);
  }

  /**
   * {@code network_device_mtu} in bytes, where a network gives none: 1500 if the option is not
   * given, and 0, for leaving devices as they are, if it is 0 or given as nothing, as os-vif has
   * it.
   */
  public int mtu() {
    String value = values.get(MTU);
    if (value == null) {
      return ETHERNET_MTU;
    }
    OptionalLong number = OptionText.number(value);
    boolean none = OptionText.strip(value).isEmpty() || number.equals(OptionalLong.of(0));
    return none ? 0 : number(MTU, NumberRange.MTU).getAsInt();
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
