package io.fastvif.libvirt;

import io.fastvif.provider.Providers;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which template and which VIF driver serve a VIF type. As properties, with a VIF type by os-vif's
 * name: {@code VIFDirect.template} is the template's text or file, {@code VIFDirect.driver} the
 * driver's name, which may be left out for {@code vif}.
 */
public final class TemplateConfiguration {
  private static final Set<String> TYPES =
      Set.of(
          "VIFGeneric",
          "VIFBridge",
          "VIFOpenVSwitch",
          "VIFDirect",
          "VIFVHostUser",
          "VIFHostDevice",
          "VIFNestedDPDK");

  private final Map<String, Choice> choices = new HashMap<>();

  private record Choice(Template template, VifDriver driver) {}

  /** Reads the file that a configuration names. */
  @FunctionalInterface
  public interface Loader {
    /** The text of that file. */
    String load(String file);
  }

  /** No template for any type. */
  public TemplateConfiguration() {}

  /**
   * Reads a configuration.
   *
   * @param loader reads templates' files
   * @throws InvalidInputException if it names a type, setting or driver that is not known, a type
   *     without a template, or a template that is none
   */
  public static TemplateConfiguration of(Properties properties, Loader loader) {
    TemplateConfiguration configuration = new TemplateConfiguration();
    Map<String, String> files = new TreeMap<>();
    Map<String, String> drivers = new TreeMap<>();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      int dot = key.indexOf('.');
      String type = key.substring(0, Math.max(dot, 0));
      switch (key.substring(dot + 1)) {
        case "template" -> files.put(type, properties.getProperty(key));
        case "driver" -> drivers.put(type, properties.getProperty(key));
        default ->
            throw InvalidInputException.ofValue(
                "setting", key, "is not known", "VIFTYPE.template or VIFTYPE.driver");
      }
    }
    for (String type : drivers.keySet()) {
      if (!files.containsKey(type)) {
        throw InvalidInputException.of(type + ".template", "is not set", "a template's file");
      }
    }
    files.forEach(
        (type, file) ->
            configuration.choose(
                type,
                Template.parse(loader.load(file)),
                driver(drivers.getOrDefault(type, "vif"))));
    return configuration;
  }

  /**
   * Chooses a template and a driver for a VIF type.
   *
   * @param type os-vif's name of it
   * @throws InvalidInputException if there is no such type
   */
  public void choose(String type, Template template, VifDriver driver) {
    if (!TYPES.contains(type)) {
      throw InvalidInputException.ofValue(
          "VIF type", type, "is not known", "one of " + new TreeSet<>(TYPES));
    }
    choices.put(type, new Choice(template, driver));
  }

  /**
   * An installed driver.
   *
   * @throws InvalidInputException if none has that name
   */
  public static VifDriver driver(String name) {
    Set<String> known = new TreeSet<>();
    for (VifDriver driver : Providers.load(VifDriver.class, VifDriver::name)) {
      if (driver.name().equals(name)) {
        return driver;
      }
      known.add(driver.name());
    }
    throw InvalidInputException.ofValue("VIF driver", name, "is not installed", "one of " + known);
  }

  /** Whether a template is chosen for the VIF's type. */
  public boolean has(Vif vif) {
    return choices.containsKey(vif.objectName());
  }

  /**
   * The XML of a VIF by its type's template.
   *
   * @param given values by hand; the driver is asked for the rest
   * @throws InvalidInputException if its type has no template, a placeholder no value, or a value
   *     no placeholder
   */
  public String xml(Vif vif, Map<String, String> given) {
    Choice choice = choices.get(vif.objectName());
    if (choice == null) {
      throw InvalidInputException.ofValue(
          "VIF type", vif.objectName(), "has no template", "one of " + choices.keySet());
    }
    Set<String> wanted = new TreeSet<>(choice.template.placeholders());
    wanted.removeAll(given.keySet());
    Map<String, String> values = new HashMap<>(choice.driver.values(vif, Set.copyOf(wanted)));
    for (String name : values.keySet()) {
      if (given.containsKey(name)) {
        throw InvalidInputException.ofValue(
            "template value", name, "comes by hand and from the VIF driver", "one of them");
      }
    }
    values.putAll(given);
    return choice.template.fill(values);
  }
}
