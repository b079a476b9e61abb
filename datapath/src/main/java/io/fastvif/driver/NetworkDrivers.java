package io.fastvif.driver;

import io.fastvif.VifHost;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.provider.Providers;
import io.fastvif.vif.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The network drivers that are installed, found by ServiceLoader. */
public final class NetworkDrivers {
  /** The key of a configuration that holds the driver's name. */
  public static final String DRIVER = "driver";

  private NetworkDrivers() {}

  /**
   * Makes the driver that a configuration names.
   *
   * @param configuration the driver's name under {@code driver}, its options under {@code
   *     NAME.OPTION}, such as {@code file.networks}
   * @param host plugs in the namespace that the driver is for
   * @throws InvalidInputException if no such driver is installed, or it does not take the options
   */
  public static NetworkDriver create(Map<String, String> configuration, VifHost host) {
    Map<String, NetworkDriverFactory> factories = new TreeMap<>();
    for (NetworkDriverFactory factory :
        Providers.load(NetworkDriverFactory.class, NetworkDriverFactory::name)) {
      factories.putIfAbsent(factory.name(), factory);
    }
    String installed = "one of " + String.join(", ", factories.keySet());
    String name = configuration.get(DRIVER);
    if (name == null) {
      throw InvalidInputException.of(DRIVER, "is not set", installed);
    }
    NetworkDriverFactory factory = factories.get(name);
    if (factory == null) {
      throw InvalidInputException.ofValue(DRIVER, name, "is not installed", installed);
    }
    return factory.create(new PluginOptions(name, options(configuration, factory)), host);
  }

  private static Map<String, String> options(
      Map<String, String> configuration, NetworkDriverFactory factory) {
    String prefix = factory.name() + ".";
    Map<String, String> options = new HashMap<>();
    configuration.forEach(
        (key, value) -> {
          boolean own = key.startsWith(prefix);
          if (own && factory.options().contains(key.substring(prefix.length()))) {
            options.put(key.substring(prefix.length()), value);
          } else if (!key.equals(DRIVER)) {
            throw InvalidInputException.ofValue(
                "option",
                key,
                "is not known",
                DRIVER + ", or one of " + prefix + String.join(", " + prefix, factory.options()));
          }
        });
    return options;
  }
}
