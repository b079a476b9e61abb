package io.fastvif.cli;

import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The plugins' options: from a file, over them those of the environment, over them those of the
 * command line. File and environment are what os-vif reads too (oslo.config): sections {@code
 * [os_vif_PLUGIN]} with lines {@code option = value}, as in nova.conf, and variables {@code
 * OS_OS_VIF_PLUGIN__OPTION}. There, other sections and options that no plugin here has are left to
 * whom they are for; on the command line an unknown option is a mistake.
 */
final class PluginConfiguration {
  static final Option OPTION =
      Option.repeatable(
          "--option",
          "-o",
          "PLUGIN.OPTION=VALUE",
          "Set a plugin's option, such as linux_bridge.create_port=tap.");
  static final Option CONFIG =
      Option.value(
          "--config",
          "FILE",
          "Take plugins' options from the file's sections [os_vif_PLUGIN], as nova.conf has them.");

  private static final String SECTION = "os_vif_";

  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private Set<String> repeatable = Set.of();

  private PluginConfiguration() {}

  /**
   * Collects the options.
   *
   * @throws WrongInputException if the file cannot be read
   * @throws InvalidInputException if one on the command line has no value
   */
  static PluginConfiguration of(Arguments arguments, Map<String, String> environment) {
    PluginConfiguration configuration = new PluginConfiguration();
    VifPlugins plugins = VifPlugins.installed();
    Set<String> known = plugins.options();
    configuration.repeatable = plugins.repeatableOptions();
    String file = arguments.value(CONFIG);
    if (file != null) {
      configuration.read(file, known);
    }
    for (String option : known) {
      int dot = option.indexOf('.');
      String variable =
          ("OS_" + SECTION + option.substring(0, dot) + "__" + option.substring(dot + 1))
              .toUpperCase(Locale.ROOT);
      String value = environment.get(variable);
      if (value != null) {
        configuration.put(option, value, variable);
      }
    }
    for (String option : arguments.values(OPTION)) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw InvalidInputException.ofValue(
            OPTION.name(), option, "has no value", "PLUGIN.OPTION=VALUE");
      }
      configuration.put(option.substring(0, equals), option.substring(equals + 1), OPTION.name());
    }
    return configuration;
  }

  /** A repeatable option given once more in the same place has one more value, a line each. */
  private void put(String option, String value, String place) {
    boolean isFurther = repeatable.contains(option) && place.equals(places.get(option));
    values.merge(option, value, (earlier, later) -> isFurther ? earlier + "\n" + later : later);
    places.put(option, place);
  }

  private void read(String file, Set<String> known) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    } catch (MalformedInputException notText) {
      throw WrongInputException.unreadable(file, new IOException("it is not UTF-8", notText));
    } catch (IOException unreadable) {
      throw WrongInputException.unreadable(file, unreadable);
    }
    String plugin = null;
    for (String line : lines) {
      if (line.startsWith("[")) {
        int end = line.indexOf(']');
        String section = line.substring(1, end < 0 ? line.length() : end);
        plugin = section.startsWith(SECTION) ? section.substring(SECTION.length()) : null;
      } else if (plugin != null && !line.startsWith("#") && !line.startsWith(";")) {
        int equals = line.indexOf('=');
        String option = plugin + "." + line.substring(0, Math.max(equals, 0)).strip();
        if (known.contains(option)) {
          put(option, line.substring(equals + 1).strip(), file);
        }
      }
    }
  }

  /** The options by {@code PLUGIN.OPTION}. */
  Map<String, String> values() {
    return values;
  }

  /** Where that option was given; null if it was not. */
  String place(String option) {
    return places.get(option);
  }
}
