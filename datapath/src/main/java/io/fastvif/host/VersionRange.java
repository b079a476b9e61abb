package io.fastvif.host;

import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.util.Optional;

/**
 * The versions of a class that a plugin takes.
 *
 * @param least the earliest
 * @param greatest the latest
 */
public record VersionRange(Version least, Version greatest) {
  /** Refuses a range with nothing in it. */
  public VersionRange {
    if (least.compareTo(greatest) > 0) {
      throw InvalidInputException.ofValue(
          "min_version", least.toString(), "is later than max_version", greatest + " at most");
    }
  }

  /** Reads the range from the two fields that give it. */
  static VersionRange of(Field<String> least, Field<String> greatest) {
    return new VersionRange(version("min_version", least), version("max_version", greatest));
  }

  private static Version version(String field, Field<String> text) {
    String required = text.require(field);
    try {
      return Version.parse(required);
    } catch (InvalidInputException e) {
      throw e.under(field);
    }
  }

  /** Whether the version is taken. */
  public boolean contains(Version version) {
    return version.compareTo(least) >= 0 && version.compareTo(greatest) <= 0;
  }

  /** The latest version taken that is no later than this one and of its major number. */
  public Optional<Version> latestUpTo(Version version) {
    Version latest = version.compareTo(greatest) < 0 ? version : greatest;
    return contains(latest) && latest.major() == version.major()
        ? Optional.of(latest)
        : Optional.empty();
  }

  @Override
  public String toString() {
    return least.equals(greatest) ? least.toString() : least + " to " + greatest;
  }
}
