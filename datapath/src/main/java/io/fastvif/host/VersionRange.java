package io.fastvif.host;

import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.util.Optional;

/**
 * The versions of a class that a plugin takes.
 *
 * @param min the earliest
 * @param max the latest
 */
public record VersionRange(Version min, Version max) {
  /** Checks that the range is not empty. */
  public VersionRange {
    if (min.compareTo(max) > 0) {
      throw InvalidInputException.ofValue(
          "min_version", min.toString(), "is later than max_version", max + " at most");
    }
  }

  /** Reads the range from the two fields that give it. */
  static VersionRange of(Field<String> min, Field<String> max) {
    return new VersionRange(version("min_version", min), version("max_version", max));
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
    return version.compareTo(min) >= 0 && version.compareTo(max) <= 0;
  }

  /** The latest version taken that is no later than this one and of its major number. */
  public Optional<Version> latestUpTo(Version version) {
    Version latest = version.compareTo(max) < 0 ? version : max;
    return contains(latest) && latest.major() == version.major()
        ? Optional.of(latest)
        : Optional.empty();
  }

  @Override
  public String toString() {
    return min.equals(max) ? min.toString() : min + " to " + max;
  }
}
