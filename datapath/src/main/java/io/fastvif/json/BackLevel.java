package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes objects of earlier versions, for readers that know no later ones. Fields that came in later
 * are dropped, from the data and from the changes, and nested objects get the version that belongs
 * to that of the object around them. What os-vif calls {@code obj_make_compatible}; its source is
 * os_vif/objects.
 */
public final class BackLevel {
  private final Map<String, Version> bounds;

  private BackLevel(Map<String, Version> bounds) {
    this.bounds = bounds;
  }

  /**
   * The object in that version.
   *
   * @throws InvalidInputException if the version is later than the object's, or of another major
   *     number
   */
  public static <T extends VersionedObject> T to(T object, Version version) {
    Version own = object.envelope().version();
    if (version.major() != own.major() || version.compareTo(own) > 0) {
      throw InvalidInputException.ofValue(
          "",
          version.toString(),
          "is not an earlier version of " + object.objectName(),
          own + " at most, with the same major number");
    }
    return toAtMost(object, Map.of(object.objectName(), version));
  }

  /**
   * The object, and all objects in it, in at most these versions. Objects of other classes, and
   * those that are older already, keep their versions.
   *
   * @param bounds by os-vif's names of the classes: what oslo.versionedobjects calls a version
   *     manifest
   * @throws InvalidInputException if a class is not known, or not in that version
   */
  public static <T extends VersionedObject> T toAtMost(T object, Map<String, Version> bounds) {
    check(bounds);
    @SuppressWarnings("unchecked") // lowering keeps the class
    Class<T> type = (Class<T>) object.getClass();
    return type.cast(new BackLevel(new HashMap<>(bounds)).lower(object, null));
  }

  /**
   * Refuses what {@link #toAtMost} would refuse.
   *
   * @throws InvalidInputException if a class is not known, or not in that version
   */
  public static void check(Map<String, Version> bounds) {
    bounds.forEach(BackLevel::check);
  }

  private static void check(String name, Version version) {
    try {
      ObjectSchemas.of(name).checkVersion(version);
    } catch (InvalidInputException e) {
      throw e.under(name);
    }
  }

  /**
   * @param most a bound beside those of the classes, null for none
   */
  VersionedObject lower(VersionedObject object, Version most) {
    Version version = least(object.envelope().version(), bounds.get(object.objectName()));
    return ObjectSchemas.of(object.objectName()).lower(object, least(version, most), this);
  }

  private static Version least(Version version, Version bound) {
    return bound == null || version.compareTo(bound) <= 0 ? version : bound;
  }
}
