package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The rules for values in libvirt's schemas: {@code basictypes.rng}, {@code networkcommon.rng}. */
final class LibvirtValues {
  /** LIBVIRT_IFLA_VF_PORT_PROFILE_MAX without the terminating zero. */
  private static final int PROFILE_ID_BYTES = 39;

  /** libvirt (virNetDevVPortProfileFormat) writes it back in apostrophes without escaping it. */
  private static final Pattern PROFILE_ID = Pattern.compile("[^<&'\\p{Cntrl}]*");

  private static final Pattern DEVICE_NAME = Pattern.compile("[a-zA-Z0-9_.\\-\\\\:/]+");
  private static final Pattern BRIDGE_NAME = Pattern.compile("[a-zA-Z0-9_.\\-\\\\:/ ]+");
  private static final Pattern UUID =
      Pattern.compile("[a-fA-F0-9]{32}|[a-fA-F0-9]{8}-([a-fA-F0-9]{4}-){3}[a-fA-F0-9]{12}");

  private LibvirtValues() {}

  static String matching(String path, String value, Pattern pattern, String expected) {
    if (!pattern.matcher(value).matches()) {
      throw InvalidInputException.ofValue(path, value, "is not taken by libvirt", expected);
    }
    return value;
  }

  /**
   * @param name null if there is none
   */
  static void deviceName(String path, String name) {
    if (name != null) {
      matching(path, name, DEVICE_NAME, "a device's name of letters, digits and _.-\\:/");
    }
  }

  static boolean isDeviceName(String name) {
    return DEVICE_NAME.matcher(name).matches();
  }

  static void bridgeName(String path, String name) {
    matching(path, name, BRIDGE_NAME, "a bridge's name of letters, digits, spaces and _.-\\:/");
  }

  /**
   * @param uuid null if there is none
   */
  static void uuid(String path, String uuid) {
    if (uuid != null) {
      matching(path, uuid, UUID, "a UUID");
    }
  }

  /**
   * @param profileId null if there is none
   */
  static void profileId(String path, String profileId) {
    if (profileId == null) {
      return;
    }
    if (profileId.getBytes(StandardCharsets.UTF_8).length > PROFILE_ID_BYTES) {
      throw InvalidInputException.ofValue(
          path, profileId, "is too long", "at most " + PROFILE_ID_BYTES + " bytes");
    }
    matching(path, profileId, PROFILE_ID, "text without <, &, apostrophe and line breaks");
  }

  /**
   * @param number null if there is none
   */
  static void range(String path, Integer number, NumberRange range) {
    range(path, number, range.min(), range.max());
  }

  static void range(String path, Integer number, int min, int max) {
    if (number != null && (number < min || number > max)) {
      throw InvalidInputException.ofValue(
          path, number.toString(), "is out of range", "a whole number from " + min + " to " + max);
    }
  }
}
