package io.fastvif.config;

import io.fastvif.plugin.OptionText;
import io.fastvif.vif.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The options of plugins in files, over them those of the environment ({@code OS_GROUP__OPTION}).
 * Of several files the last one that has an option counts, and in a file the last value.
 */
public final class Configuration {
  private final List<ConfigFile> files = new ArrayList<>();
  private final Map<String, String> environment;
  private final Set<String> known;
  private final References references = new References(this);

  /**
   * An option's value.
   *
   * @param text the value, with what it refers to in place; those of an option that may be given
   *     several times are lines
   * @param place where it is: a file or a variable
   */
  public record Value(String text, String place) {}

  /**
   * @param environment the process's variables
   * @param known the options that plugins have, by {@code PLUGIN.OPTION}
   */
  public Configuration(Map<String, String> environment, Set<String> known) {
    this.environment = environment;
    this.known = known;
  }

  /**
   * Adds a file, which goes before those that were added earlier.
   *
   * @param name of the file, for messages
   * @throws InvalidInputException if it is none; the path is the line
   */
  public void add(String name, byte[] bytes) {
    files.addFirst(ConfigFile.read(name, bytes));
  }

  /**
   * The value of a plugin's option; empty if it is given nowhere.
   *
   * @throws InvalidInputException if it refers to what cannot be found
   */
  public Optional<Value> value(String plugin, String option) {
    String group = OsVifOptions.GROUP + plugin;
    Optional<Value> raw = raw(group, option);
    if (raw.isEmpty()) {
      return raw;
    }
    try {
      return Optional.of(
          new Value(references.substitute(group, option, raw.get().text()), raw.get().place()));
    } catch (InvalidInputException wrong) {
      throw wrong.under(raw.get().place() + ": [" + group + "] " + option);
    }
  }

  /** The value as it stands in the environment or a file. */
  Optional<Value> raw(String group, String option) {
    String variable = variable(group, option);
    String given = environment.get(variable);
    if (given != null) {
      return Optional.of(new Value(given, variable));
    }
    Optional<OptionDefinition> definition = OsVifOptions.find(group, option);
    boolean alsoInDefault = definition.isPresent() && definition.get().alsoInDefault();
    boolean all =
        definition.isPresent() && definition.get().type() == OptionDefinition.ValueType.TEXTS;
    List<String> values = new ArrayList<>();
    String place = null;
    for (ConfigFile file : files) {
      for (String section : alsoInDefault ? List.of(group, ConfigFile.DEFAULT) : List.of(group)) {
        List<String> here = file.values(section, option);
        if (here.isEmpty()) {
          continue;
        }
        if (!all) {
          return Optional.of(new Value(here.getLast(), file.name()));
        }
        values.addAll(0, here);
        place = place == null ? file.name() : place;
      }
    }
    return place == null
        ? Optional.empty()
        : Optional.of(new Value(String.join("\n", values), place));
  }

  /**
   * Whether an option is one that something has, as far as that is known here: one of a plugin's,
   * or one that is set. A variable is the same for a name in any case, so it speaks for that
   * without capitals only.
   */
  boolean isKnown(String group, String option) {
    if (isOfPlugin(group)) {
      return OsVifOptions.find(group, option).isPresent()
          || known.contains(group.substring(OsVifOptions.GROUP.length()) + "." + option);
    }
    if (!group.equals(ConfigFile.normalized(group))) {
      return false; // no file's section is looked for under such a name
    }
    return files.stream().anyMatch(file -> !file.values(group, option).isEmpty())
        || (option.equals(option.toLowerCase(Locale.ROOT))
            && environment.containsKey(variable(group, option)));
  }

  private boolean isOfPlugin(String group) {
    if (!group.startsWith(OsVifOptions.GROUP)) {
      return false;
    }
    String prefix = group.substring(OsVifOptions.GROUP.length()) + ".";
    return known.stream().anyMatch(option -> option.startsWith(prefix));
  }

  static String variable(String group, String option) {
    return ("OS_" + group + "__" + option).toUpperCase(Locale.ROOT);
  }

  /**
   * One sentence for each unknown option in plugins' sections and variables. Nobody else reads
   * those sections, so it is a mistake or another release's.
   */
  public List<String> unknown() {
    List<String> notes = new ArrayList<>();
    for (ConfigFile file : files.reversed()) {
      file.sections()
          .forEach(
              (section, options) -> {
                String likely = OptionText.strip(section).replace('-', '_');
                if (isOfPlugin(section)) {
                  options.keySet().stream()
                      .filter(option -> !isOption(section, option))
                      .forEach(
                          option -> notes.add(note(file.name() + ": [" + section + "] " + option)));
                } else if (likely.startsWith(OsVifOptions.GROUP)) {
                  notes.add(
                      file.name() + ": [" + section + "] is of no plugin here and is ignored");
                }
              });
    }
    String prefix = variable(OsVifOptions.GROUP, "").replaceFirst("__$", "");
    new TreeMap<>(environment)
        .keySet().stream()
            .filter(variable -> variable.startsWith(prefix) && variable.contains("__"))
            .filter(variable -> known.stream().noneMatch(option -> isVariable(variable, option)))
            .forEach(variable -> notes.add(note(variable)));
    return notes;
  }

  private static String note(String what) {
    return what + " is not an option of fastvif's and is ignored";
  }

  private boolean isOption(String section, String option) {
    return known.contains(section.substring(OsVifOptions.GROUP.length()) + "." + option);
  }

  private static boolean isVariable(String variable, String option) {
    int dot = option.indexOf('.');
    return variable.equals(
        variable(OsVifOptions.GROUP + option.substring(0, dot), option.substring(dot + 1)));
  }
}
