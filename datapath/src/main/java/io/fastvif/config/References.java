package io.fastvif.config;

import io.fastvif.plugin.OptionText;
import io.fastvif.vif.InvalidInputException;
import java.math.BigInteger;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts other options' values in the place of {@code $NAME}, {@code ${NAME}} and {@code
 * ${GROUP.NAME}}: of the same section, or of {@code [DEFAULT]}. {@code $$} and {@code \$} are a
 * dollar sign, and so is one that nothing follows that could be a name.
 */
final class References {
  private static final String NAME = "[_a-zA-Z][._a-zA-Z0-9]*";
  private static final Pattern REFERENCE =
      Pattern.compile("\\$(?:(\\$)|(" + NAME + ")|\\{(" + NAME + ")\\})");

  private final Configuration configuration;

  References(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Replaces the references in a value.
   *
   * @throws InvalidInputException if something of it is not there
   */
  String substitute(String group, String option, String text) {
    Set<String> under = new LinkedHashSet<>();
    under.add(group + "." + option);
    return substitute(group, text, under);
  }

  private String substitute(String group, String text, Set<String> under) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    Matcher references = REFERENCE.matcher(text.replace("\\$", "$$"));
    StringBuilder all = new StringBuilder();
    while (references.find()) {
      String name = references.group(2) == null ? references.group(3) : references.group(2);
      String value = references.group(1) == null ? value(group, name, under) : "$";
      references.appendReplacement(all, Matcher.quoteReplacement(value));
    }
    return references.appendTail(all).toString();
  }

  private String value(String group, String name, Set<String> under) {
    int dot = name.indexOf('.');
    String of = dot < 0 ? group : name.substring(0, dot);
    String option = name.substring(dot + 1);
    if (dot >= 0 && of.equals(ConfigFile.DEFAULT)) {
      throw absent(name); // it is no group's name
    }
    if (!configuration.isKnown(of, option)) {
      of = ConfigFile.DEFAULT;
      if (dot >= 0 || !configuration.isKnown(of, option)) {
        throw absent(name);
      }
    }
    if (!under.add(of + "." + option)) {
      throw InvalidInputException.ofValue(
          "", "$" + name, "refers to itself", "another option's value");
    }
    Optional<String> text = configuration.raw(of, option).map(Configuration.Value::text);
    String value =
        text.isPresent()
            ? shown(of, option, substitute(of, text.get(), under))
            : OsVifOptions.find(of, option)
                .map(definition -> definition.byDefault() == null ? "" : definition.byDefault())
                .orElseThrow(() -> absent(name));
    under.remove(of + "." + option);
    return value;
  }

  private static InvalidInputException absent(String name) {
    return InvalidInputException.ofValue(
        "", "$" + name, "refers to an option that is not set", "one that a file here sets");
  }

  /** The value as Python shows one of its type. */
  private static String shown(String group, String option, String text) {
    Optional<OptionDefinition> found = OsVifOptions.find(group, option);
    if (found.isEmpty()) {
      return text;
    }
    OptionDefinition definition = found.get();
    boolean taken = definition.choices().isEmpty() || definition.choices().contains(text);
    return switch (definition.type()) {
      case FLAG ->
          OptionText.flag(text)
              .map(flag -> flag ? "True" : "False")
              .orElseThrow(() -> wrong(option, text));
      case NUMBER -> {
        Optional<BigInteger> number = OptionText.integer(text);
        if (number.isEmpty() && !OptionText.strip(text).isEmpty()) {
          throw wrong(option, text);
        }
        yield number.map(BigInteger::toString).orElse("");
      }
      case TEXT -> {
        if (!taken) {
          throw wrong(option, text);
        }
        yield text;
      }
      case TEXTS -> text;
    };
  }

  private static InvalidInputException wrong(String option, String text) {
    return InvalidInputException.ofValue(
        option, text, "is not a value of its type", "one that " + option + " takes");
  }
}
