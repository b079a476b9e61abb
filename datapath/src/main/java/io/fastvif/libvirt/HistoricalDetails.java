package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.Map;
import java.util.TreeMap;

/** The details of a VIF of a historical type: each is used, or an error. */
final class HistoricalDetails {
  private final String type;
  private final Map<String, String> given;
  private final Map<String, String> unused;

  HistoricalDetails(String type, Map<String, String> given) {
    this.type = type;
    this.given = given;
    this.unused = new TreeMap<>(given);
  }

  boolean has(String name) {
    return given.containsKey(name);
  }

  String orNull(String name) {
    unused.remove(name);
    return given.get(name);
  }

  String require(String name) {
    String value = orNull(name);
    if (value == null) {
      throw InvalidInputException.of(name, "is not set", "a value for VIF type " + type);
    }
    return value;
  }

  int number(String name) {
    String value = require(name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException notANumber) {
      throw InvalidInputException.ofValue(name, value, "is not a number", "a whole number");
    }
  }

  boolean isFiltered() {
    String value = orNull("filtered");
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw InvalidInputException.ofValue("filtered", value, "is not a boolean", "true or false");
  }

  /** The guest's MAC address; null if there is none. */
  MacAddress macAddress() {
    String value = orNull("mac_address");
    return value == null ? null : MacAddress.parse(value);
  }

  void refuseUnused() {
    for (String name : unused.keySet()) {
      throw InvalidInputException.ofValue(
          "details", name, "is not used by VIF type " + type, "only what the type uses");
    }
  }
}
