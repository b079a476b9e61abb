package io.fastvif.cli;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads an option whose values are {@code CLASS=VERSION}. */
final class ClassVersions {
  private ClassVersions() {}

  /** The versions by os-vif's names of the classes; whether they are known is not looked at. */
  static Map<String, Version> of(Option option, Arguments arguments) {
    Map<String, Version> versions = new LinkedHashMap<>();
    for (String value : arguments.values(option)) {
      int equals = value.indexOf('=');
      if (equals < 0) {
        throw InvalidInputException.ofValue(
            option.name(), value, "has no version", "CLASS=VERSION, as in VIFVHostUser=1.0");
      }
      try {
        String name = value.substring(0, equals);
        if (versions.put(name, Version.parse(value.substring(equals + 1))) != null) {
          throw InvalidInputException.ofValue("", name, "is given twice", "each class once");
        }
      } catch (InvalidInputException e) {
        throw e.under(option.name());
      }
    }
    return versions;
  }
}
