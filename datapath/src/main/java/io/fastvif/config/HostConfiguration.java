package io.fastvif.config;

import io.fastvif.engine.OvsSettings;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The options of a host's plugins and of its engine, by {@code PLUGIN.OPTION}: from files, over
 * them those of the environment, over them those that are given one by one. Files and environment
 * are what os-vif reads too (oslo.config): sections {@code [os_vif_PLUGIN]} with lines {@code
 * option = value}, as in nova.conf, and variables {@code OS_OS_VIF_PLUGIN__OPTION}. There, other
 * sections are left to whom they are for, and options that no plugin here has are noted; one that
 * is given alone and that nobody takes is refused. Never changes, and may be read by any thread.
 */
public final class HostConfiguration {
  private static final int MAX_OPTION_SETS = 64;

  private final VifPlugins installed;
  private final Set<String> options;
  private final Set<String> engineOptions;
  private final Map<String, String> values;
  private final Map<String, String> places;
  private final Map<String, InvalidInputException> problems;
  private final List<String> notes;

  /** By the options over these: hosts of one configuration share their plugins. */
  private final Map<Map<String, String>, VifPlugins> made = new ConcurrentHashMap<>();

  private HostConfiguration(Builder builder) {
    installed = builder.installed;
    options = installed.options();
    engineOptions = installed.engineOptions();
    values = Collections.unmodifiableMap(new LinkedHashMap<>(builder.values));
    places = Map.copyOf(builder.places);
    problems = Map.copyOf(builder.problems);
    notes = builder.files.unknown();
  }

  /** A configuration with every option at its default. */
  public static HostConfiguration byDefault() {
    return builder(Map.of()).build();
  }

  /**
   * The configuration of a file such as nova.conf, and of this process's environment over it.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidInputException if it is not what oslo.config reads; the path is the line
   */
  public static HostConfiguration of(Path file) throws IOException {
    return builder(System.getenv()).file(file.toString(), Files.readAllBytes(file)).build();
  }

  /**
   * Begins with an environment.
   *
   * @param environment a process's variables; empty for none
   */
  public static Builder builder(Map<String, String> environment) {
    return new Builder(environment);
  }

  /** The options that are given, by {@code PLUGIN.OPTION}; the engine's are among them. */
  public Map<String, String> values() {
    return values;
  }

  /** Where that option was given: a file, a variable, or who gave it; null if it was not. */
  public String place(String option) {
    return places.get(option);
  }

  /**
   * One sentence for each option in files or the environment that is meant for a plugin and that no
   * plugin takes.
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * Checks that all options of a plugin can be read. Those of other plugins may stay as they are,
   * as with os-vif.
   *
   * @throws InvalidInputException if a value refers to what cannot be found; its message has the
   *     place
   */
  public void require(String plugin) {
    problems.forEach(
        (option, problem) -> {
          if (option.startsWith(plugin + ".")) {
            throw problem;
          }
        });
  }

  /**
   * Checks that all options of all plugins can be read and have values that these take: for a
   * service, which would find out only with the first VIF otherwise.
   *
   * @throws InvalidInputException if one does not
   */
  public void requireAll() {
    for (InvalidInputException problem : problems.values()) {
      throw problem;
    }
    ovs();
    plugins().makeAll();
  }

  /**
   * The options of the engine that another configuration has otherwise: where Open vSwitch is. A
   * host takes them when it is opened, and not later.
   */
  public List<String> engineDifferences(HostConfiguration other) {
    return engineOptions.stream()
        .filter(option -> !Objects.equals(values.get(option), other.values.get(option)))
        .sorted()
        .toList();
  }

  /** The installed plugins with these options. */
  public VifPlugins plugins() {
    return plugins(Map.of());
  }

  /**
   * The installed plugins with these options, and over them others. Whoever asks for the same gets
   * the same plugins, as long as there are not too many sets of options.
   *
   * @param over by {@code PLUGIN.OPTION}
   * @throws InvalidInputException if no plugin takes one of them
   */
  public VifPlugins plugins(Map<String, String> over) {
    VifPlugins known = made.get(over);
    if (known == null) {
      Map<String, String> all = new LinkedHashMap<>(values);
      all.keySet().removeAll(engineOptions);
      all.putAll(over);
      known = installed.withOptions(all);
      if (made.size() < MAX_OPTION_SETS) {
        made.put(Map.copyOf(over), known);
      }
    }
    return known;
  }

  /** Whether a plugin here, or the engine, has an option. */
  public boolean has(String option) {
    return options.contains(option);
  }

  /**
   * What is for the plugins in a configuration of os-vif's plugins that another process of this
   * host has, such as nova-compute. What nobody here has is left out. So are the engine's options,
   * which are this configuration's to say; but they must not ask for another database.
   *
   * @param configured by {@code PLUGIN.OPTION}
   * @throws InvalidInputException if it says that Open vSwitch's database is another one
   */
  public Map<String, String> forPlugins(Map<String, String> configured) {
    Map<String, String> taken = new HashMap<>(configured);
    String connection = taken.get(OvsConnection.OPTION);
    if (connection != null && !OvsConnection.isSame(connection, values)) {
      throw InvalidInputException.ofValue(
          OvsConnection.OPTION,
          connection,
          "is not where fastvif looks for Open vSwitch",
          ovs().servers().toString());
    }
    taken.keySet().retainAll(options);
    taken.keySet().removeAll(engineOptions);
    return taken;
  }

  /** Whether an option says where Open vSwitch's database is. */
  public boolean namesOvs() {
    return values.containsKey(OvsConnection.OPTION);
  }

  /**
   * Where Open vSwitch is; where os-vif looks for it if no option says.
   *
   * @throws InvalidInputException if an option has a value that it does not take
   */
  public OvsSettings ovs() {
    require(OvsConnection.PLUGIN);
    return OvsConnection.of(values);
  }

  /** Collects options. */
  public static final class Builder {
    private final VifPlugins installed = VifPlugins.installed();
    private final Set<String> repeatable = installed.repeatableOptions();
    private final Configuration files;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Map<String, String> givenPlaces = new HashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> places = new HashMap<>();
    private final Map<String, InvalidInputException> problems = new HashMap<>();

    private Builder(Map<String, String> environment) {
      files = new Configuration(environment, installed.options());
    }

    /**
     * Adds a file, which goes before those that were added earlier.
     *
     * @param name of the file, for messages
     * @throws InvalidInputException if it is none; the path is the line
     */
    public Builder file(String name, byte[] bytes) {
      files.add(name, bytes);
      return this;
    }

    /**
     * Gives an option, which goes before files and environment.
     *
     * @param option such as {@code linux_bridge.create_port}
     * @throws InvalidInputException if nobody takes it
     */
    public Builder option(String option, String value) {
      return option(option, value, "the caller");
    }

    /**
     * As {@link #option(String, String)}. One that is repeatable and given once more from the same
     * place has one more value.
     *
     * @param place who gives it, for messages
     */
    public Builder option(String option, String value, String place) {
      installed.requireOption(option);
      put(given, givenPlaces, option, value, place);
      return this;
    }

    /** A repeatable option given once more in the same place has one more value, a line each. */
    private void put(
        Map<String, String> to,
        Map<String, String> toPlaces,
        String option,
        String value,
        String place) {
      boolean isFurther = repeatable.contains(option) && place.equals(toPlaces.get(option));
      to.merge(option, value, (earlier, later) -> isFurther ? earlier + "\n" + later : later);
      toPlaces.put(option, place);
    }

    /** The configuration. */
    public HostConfiguration build() {
      values.clear();
      places.clear();
      problems.clear();
      installed.options().forEach(this::take);
      given.forEach(
          (option, value) -> {
            values.put(option, value);
            places.put(option, givenPlaces.get(option));
            problems.remove(option);
          });
      return new HostConfiguration(this);
    }

    private void take(String option) {
      int dot = option.indexOf('.');
      try {
        Optional<Configuration.Value> value =
            files.value(option.substring(0, dot), option.substring(dot + 1));
        value.ifPresent(found -> put(values, places, option, found.text(), found.place()));
      } catch (InvalidInputException wrong) {
        problems.put(option, wrong);
      }
    }
  }
}
