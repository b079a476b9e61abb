package io.fastvif.plugin;

import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import java.util.HashMap;
import java.util.Map;

/** The names of a VIF's devices and of what they join: each stands for one thing. */
public final class PlannedNames {
  private final Map<String, String> origins = new HashMap<>();

  /** With no names yet. */
  public PlannedNames() {}

  /**
   * Takes in a name that a field gives.
   *
   * @param field for a refusal
   * @param name empty for none
   * @throws InvalidInputException if it is a name of another field too
   */
  public PlannedNames add(String field, String name) {
    String other = name.isEmpty() ? null : origins.putIfAbsent(name, field);
    if (other != null) {
      throw InvalidInputException.ofValue(
          field, name, "is the name of " + other + " too", "a name of its own");
    }
    return this;
  }

  /**
   * Takes in a name that is made of the VIF's id.
   *
   * @throws InvalidInputException if no device can have it
   */
  public PlannedNames addOfId(String id, String name) {
    if (!InterfaceName.isValid(name)) {
      throw InvalidInputException.ofValue(
          "id",
          id,
          "would be part of the device's name " + name,
          "one without slash, colon and percent sign in front");
    }
    return add("the VIF's device " + name, name);
  }
}
