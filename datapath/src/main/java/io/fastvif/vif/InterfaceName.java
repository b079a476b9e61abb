package io.fastvif.vif;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The rule for names of network devices: {@code dev_valid_name()} of the kernel's net/core/dev.c,
 * and {@code sysctl_dev_name_is_allowed()} of its net/ipv4/devinet.c. Also refused is a percent
 * sign, which the kernel takes for the place of a number of its own choice.
 */
public final class InterfaceName {
  /** IFNAMSIZ of include/uapi/linux/if.h without the terminating zero. */
  public static final int MAX_BYTES = 15;

  /** In the sysctls' tree these stand for all devices, and for those to come. */
  private static final Set<String> KEPT = Set.of("all", "default");

  private InterfaceName() {}

  /** Whether the kernel accepts the name for a device, and uses it as it is. */
  public static boolean isValid(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_BYTES || name.equals(".") || name.equals("..")) {
      return false;
    }
    if (KEPT.contains(name)) {
      return false;
    }
    for (byte b : bytes) {
      int c = b & 0xff;
      // 0xa0 counts as a space in the kernel's lib/ctype.c, even inside a UTF-8 sequence.
      boolean space = c == ' ' || c == 0xa0 || (c >= '\t' && c <= '\r');
      if (space || c == 0 || c == '/' || c == ':' || c == '%') {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks a field that names a device. Nothing to check if it has no value.
   *
   * @param field the field's name, for the message
   * @throws InvalidInputException if the kernel would refuse the name
   */
  public static void check(String field, Field<String> name) {
    if (name.hasValue() && KEPT.contains(name.get())) {
      throw InvalidInputException.ofValue(
          field, name.get(), "is a name that the kernel gives to no device", "another one");
    }
    if (name.hasValue() && !isValid(name.get())) {
      throw InvalidInputException.ofValue(
          field,
          name.get(),
          "is not the name of a network device",
          "1 to 15 bytes without slash, colon, percent sign or white space");
    }
  }

  /** As {@link #check}, where the empty name stands for no device at all. */
  public static void checkOrEmpty(String field, Field<String> name) {
    if (!name.orElse("").isEmpty()) {
      check(field, name);
    }
  }
}
