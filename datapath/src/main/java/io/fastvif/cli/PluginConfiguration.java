package io.fastvif.cli;

import io.fastvif.config.Configuration;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The plugins' options: from files, over them those of the environment, over them those of the
 * command line. Files and environment are what os-vif reads too (oslo.config): sections {@code
 * [os_vif_PLUGIN]} with lines {@code option = value}, as in nova.conf, and variables {@code
 * OS_OS_VIF_PLUGIN__OPTION}. There, other sections are left to whom they are for, and options that
 * no plugin here has are said and ignored; on the command line an unknown option is a mistake.
 */
final class PluginConfiguration {
  static final Option OPTION =
      Option.repeatable(
          "--option",
          "-o",
          "PLUGIN.OPTION=VALUE",
          "Set a plugin's option, such as linux_bridge.create_port=tap.");
  static final Option CONFIG =
      Option.repeatable(
          "--config",
          null,
          "FILE",
          "Take plugins' options from the file's sections [os_vif_PLUGIN], as nova.conf has them.");
  static final Option CONFIG_DIR =
      Option.repeatable(
          "--config-dir",
          null,
          "FOLDER",
          "The same from all files *.conf of the folder, which go before those of --config.");

  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private final Map<String, InvalidInputException> problems = new HashMap<>();
  private Configuration files;
  private Set<String> repeatable = Set.of();

  private PluginConfiguration() {}

  /**
   * Collects the options, and says which are ignored.
   *
   * @throws WrongInputException if a file cannot be read
   * @throws InvalidInputException if an option on the command line has no value
   */
  static PluginConfiguration of(Arguments arguments, PrintWriter err) {
    PluginConfiguration configuration = of(arguments, ProcessText.environment());
    for (String note : configuration.files.unknown()) {
      err.println("fastvif: " + note);
    }
    return configuration;
  }

  /** The same with another environment, in silence. */
  static PluginConfiguration of(Arguments arguments, Map<String, String> environment) {
    PluginConfiguration configuration = new PluginConfiguration();
    VifPlugins plugins = VifPlugins.installed();
    Set<String> known = plugins.options();
    configuration.repeatable = plugins.repeatableOptions();
    configuration.files = new Configuration(environment, known);
    for (String file : arguments.values(CONFIG)) {
      configuration.read(file);
    }
    for (String folder : arguments.values(CONFIG_DIR)) {
      InputFiles.names(folder, ".conf").forEach(configuration::read);
    }
    known.forEach(configuration::take);
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

  private void read(String file) {
    byte[] bytes = InputFiles.read(file);
    try {
      files.add(file, bytes);
    } catch (InvalidInputException wrong) {
      throw WrongInputException.in(file, wrong);
    }
  }

  private void take(String option) {
    int dot = option.indexOf('.');
    try {
      Optional<Configuration.Value> value =
          files.value(option.substring(0, dot), option.substring(dot + 1));
      value.ifPresent(given -> put(option, given.text(), given.place()));
    } catch (InvalidInputException wrong) {
      problems.put(option, wrong);
    }
  }

  /** A repeatable option given once more in the same place has one more value, a line each. */
  private void put(String option, String value, String place) {
    boolean isFurther = repeatable.contains(option) && place.equals(places.get(option));
    values.merge(option, value, (earlier, later) -> isFurther ? earlier + "\n" + later : later);
    places.put(option, place);
    problems.remove(option);
  }

  /**
   * Refuses to go on if an option of the plugin's cannot be read. Those of other plugins may stay
   * as they are, as with os-vif.
   */
  void require(String plugin) {
    problems.forEach(
        (option, problem) -> {
          if (option.startsWith(plugin + ".")) {
            throw WrongInputException.of(problem.getMessage());
          }
        });
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
