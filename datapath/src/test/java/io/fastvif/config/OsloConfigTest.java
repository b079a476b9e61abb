package io.fastvif.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.PluginOptions;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** oslo.config, with os-vif's options, reads the same files. */
class OsloConfigTest {
  private static final int FILES = Integer.getInteger("fastvif.config-files", 2000);

  /** Of a newer os-vif than Debian 12's. */
  private static final String NEWER = "default_qos_type";

  @TempDir Path folder;

  @Test
  void randomFilesSayTheSame(TestReporter reporter) throws Exception {
    Peer python = Peer.requirePythonModule("vif_plug_ovs", "python3-os-vif");
    long seed = Long.getLong("fastvif.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < FILES; i++) {
      write(i, random);
    }
    Path script = folder.resolve("oslo-config.py");
    try (InputStream in = OsloConfigTest.class.getResourceAsStream("/oslo-config.py")) {
      Files.write(script, in.readAllBytes());
    }
    List<String> theirs =
        python
            .run(
                List.of(
                    "-W", "ignore", "-X", "utf8", script.toString(), folder.toString(), "" + FILES))
            .lines()
            .toList();
    List<String> ours = new ArrayList<>(definitions());
    int options = ours.size();
    for (int i = 0; i < FILES; i++) {
      ours.add(i + " " + read(i));
    }
    assertEquals(ours.size(), theirs.size());
    int refused = 0;
    int wrongValues = 0;
    for (int i = 0; i < ours.size(); i++) {
      int file = i - options;
      assertEquals(theirs.get(i), ours.get(i), () -> "seed " + seed + ": " + text(file));
      refused += ours.get(i).endsWith(" error") ? 1 : 0;
      wrongValues += ours.get(i).contains("=error") ? 1 : 0;
    }
    assertTrue(refused > FILES / 20 && wrongValues > FILES / 20, refused + " " + wrongValues);
    assertTrue(FILES - refused - wrongValues > FILES / 10, refused + " " + wrongValues);
    reporter.publishEntry(
        "oslo.config",
        FILES
            + " files read alike: "
            + refused
            + " refused, "
            + wrongValues
            + " with wrong values");
  }

  private void write(int number, Random random) throws Exception {
    ConfigFileGenerator generator = new ConfigFileGenerator(random);
    Files.write(folder.resolve(number + ".conf"), generator.file());
    if (random.nextInt(5) == 0) {
      Files.write(folder.resolve(number + ".2.conf"), generator.file());
    }
    if (random.nextInt(10) == 0) {
      Path more = Files.createDirectory(folder.resolve(number + ".d"));
      for (String name :
          List.of("b.conf", "B.conf", "10.conf", "9.conf", ".hidden.conf", "x.txt")) {
        if (random.nextBoolean()) {
          Files.write(more.resolve(name), generator.file());
        }
      }
    }
    if (random.nextInt(5) == 0) {
      Files.writeString(folder.resolve(number + ".env"), generator.environment());
    }
  }

  /** All that was written for it. */
  private String text(int number) {
    if (number < 0) {
      return "an option";
    }
    StringBuilder all = new StringBuilder();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(path).toString();
        if (name.startsWith(number + ".")) {
          String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
          all.append("--- ").append(name).append('\n').append(text).append('\n');
        }
      }
    } catch (IOException unreadable) {
      all.append(unreadable);
    }
    return all.toString();
  }

  /** As the script prints os-vif's. */
  private static List<String> definitions() {
    List<String> lines = new ArrayList<>();
    new TreeMap<>(OsVifOptions.BY_PLUGIN)
        .forEach(
            (plugin, options) ->
                options.stream()
                    .filter(option -> !option.name().equals(NEWER))
                    .sorted(Comparator.comparing(OptionDefinition::name))
                    .map(
                        option ->
                            plugin
                                + "."
                                + option.name()
                                + " "
                                + option.type()
                                + " "
                                + choices(option)
                                + " "
                                + byDefault(option)
                                + " "
                                + (option.alsoInDefault() ? "True" : "False"))
                    .forEach(lines::add));
    return lines;
  }

  private static String choices(OptionDefinition option) {
    return option.choices().stream().sorted().map(choice -> "'" + choice + "'").toList().toString();
  }

  private static String byDefault(OptionDefinition option) {
    String value = option.byDefault();
    return switch (option.type()) {
      case FLAG -> value.equals("True") ? "true" : "false";
      case NUMBER -> value;
      case TEXT, TEXTS -> shown(value);
    };
  }

  private String read(int number) throws Exception {
    Set<String> known = new HashSet<>();
    OsVifOptions.BY_PLUGIN.forEach(
        (plugin, options) -> options.forEach(option -> known.add(plugin + "." + option.name())));
    Map<String, String> environment = new HashMap<>();
    Path variables = folder.resolve(number + ".env");
    if (Files.exists(variables)) {
      for (String line : Files.readString(variables).split("\n", 0)) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          environment.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    }
    Configuration configuration = new Configuration(environment, known);
    List<Path> files = new ArrayList<>(List.of(folder.resolve(number + ".conf")));
    if (Files.exists(folder.resolve(number + ".2.conf"))) {
      files.add(folder.resolve(number + ".2.conf"));
    }
    for (String name : List.of("10.conf", "9.conf", "B.conf", "b.conf")) {
      files.add(folder.resolve(number + ".d").resolve(name));
    }
    try {
      for (Path file : files) {
        if (Files.exists(file)) {
          configuration.add(file.toString(), Files.readAllBytes(file));
        }
      }
    } catch (InvalidInputException wrong) {
      return "error";
    }
    List<String> values = new ArrayList<>();
    new TreeMap<>(OsVifOptions.BY_PLUGIN)
        .forEach(
            (plugin, options) ->
                options.stream()
                    .filter(option -> !option.name().equals(NEWER))
                    .sorted(Comparator.comparing(OptionDefinition::name))
                    .forEach(
                        option ->
                            values.add(
                                plugin
                                    + "."
                                    + option.name()
                                    + "="
                                    + value(configuration, plugin, option))));
    return String.join("|", values);
  }

  private static String value(
      Configuration configuration, String plugin, OptionDefinition definition) {
    String name = definition.name();
    try {
      Optional<Configuration.Value> given = configuration.value(plugin, name);
      if (given.isEmpty()) {
        return byDefault(definition);
      }
      String text = given.get().text();
      PluginOptions options = new PluginOptions(plugin, Map.of(name, text));
      return switch (definition.type()) {
        case FLAG -> Boolean.toString(options.flag(name, false));
        case NUMBER -> {
          var number = options.number(name, Integer.MIN_VALUE, Integer.MAX_VALUE);
          yield number.isPresent() ? Integer.toString(number.getAsInt()) : "none";
        }
        case TEXT ->
            shown(
                definition.choices().isEmpty()
                    ? options.text(name, "")
                    : options.word(name, definition.choices(), ""));
        case TEXTS -> shown(String.join("\n", options.texts(name, List.of())));
      };
    } catch (InvalidInputException wrong) {
      return "error";
    }
  }

  private static String shown(String value) {
    if (value == null) {
      return "none";
    }
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= ' ' && c <= '~' && "\\\"|".indexOf(c) < 0) {
        text.append(c);
      } else {
        text.append(String.format("\\u%04x", (int) c));
      }
    }
    return text.append('"').toString();
  }
}
