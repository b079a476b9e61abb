package io.fastvif.cli;

import io.fastvif.config.HostConfiguration;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.util.Map;

/** A {@link HostConfiguration} of the command line's options. */
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

  private PluginConfiguration() {}

  /**
   * Collects the options, and says which are ignored.
   *
   * @throws WrongInputException if a file cannot be read
   * @throws InvalidInputException if an option on the command line has no value, or nobody takes it
   */
  static HostConfiguration of(Arguments arguments, PrintWriter err) {
    HostConfiguration configuration = of(arguments, ProcessText.environment());
    for (String note : configuration.notes()) {
      err.println("fastvif: " + note);
    }
    return configuration;
  }

  /** The same with another environment, in silence. */
  static HostConfiguration of(Arguments arguments, Map<String, String> environment) {
    HostConfiguration.Builder configuration = HostConfiguration.builder(environment);
    for (String file : arguments.values(CONFIG)) {
      read(configuration, file);
    }
    for (String folder : arguments.values(CONFIG_DIR)) {
      InputFiles.names(folder, ".conf").forEach(file -> read(configuration, file));
    }
    for (String option : arguments.values(OPTION)) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw InvalidInputException.ofValue(
            OPTION.name(), option, "has no value", "PLUGIN.OPTION=VALUE");
      }
      configuration.option(
          option.substring(0, equals), option.substring(equals + 1), OPTION.name());
    }
    return configuration.build();
  }

  private static void read(HostConfiguration.Builder configuration, String file) {
    byte[] bytes = InputFiles.read(file);
    try {
      configuration.file(file, bytes);
    } catch (InvalidInputException wrong) {
      throw WrongInputException.in(file, wrong);
    }
  }

  /** What is wrong with an option, with the place where it was given. */
  static WrongInputException placed(HostConfiguration configuration, InvalidInputException wrong) {
    String place = configuration.place(wrong.path());
    return place == null
        ? WrongInputException.of(wrong.getMessage())
        : WrongInputException.in(place, wrong);
  }
}
