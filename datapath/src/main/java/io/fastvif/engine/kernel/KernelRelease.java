package io.fastvif.engine.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's release, such as {@code 6.18.4-cloud}: for what cannot be found out by asking. */
final class KernelRelease {
  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

  private KernelRelease() {}

  /** Whether a release is that one or a later one; false for one that is not understood. */
  static boolean isAtLeast(String release, int major, int minor) {
    Matcher numbers = FORM.matcher(release);
    if (!numbers.matches()) {
      return false;
    }
    int its = Integer.parseInt(numbers.group(1));
    return its > major || (its == major && Integer.parseInt(numbers.group(2)) >= minor);
  }
}
