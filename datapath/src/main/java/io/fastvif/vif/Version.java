package io.fastvif.vif;

/**
 * The version of an object's class, as {@code 1.4}. A reader of one version understands every
 * earlier minor version of the same major one.
 *
 * @param major changes when older readers cannot understand the class
 * @param minor changes with every field that comes in
 */
public record Version(int major, int minor) implements Comparable<Version> {
  private static final int MAX_DIGITS = 6;

  /** The first version of every class. */
  public static final Version V1_0 = new Version(1, 0);

  /** Refuses negative numbers. */
  public Version {
    if (major < 0 || minor < 0) {
      throw new IllegalArgumentException("negative version: " + major + "." + minor);
    }
  }

  /**
   * Reads {@code major.minor}.
   *
   * @throws InvalidInputException if the text is anything else
   */
  public static Version parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0 || !isNumber(text.substring(0, dot)) || !isNumber(text.substring(dot + 1))) {
      throw InvalidInputException.ofValue(
          "", text, "is not a version", "a major and a minor number, as in 1.0");
    }
    return new Version(
        Integer.parseInt(text, 0, dot, 10), Integer.parseInt(text, dot + 1, text.length(), 10));
  }

  private static boolean isNumber(String text) {
    boolean leadingZero = text.length() > 1 && text.charAt(0) == '0';
    return !text.isEmpty()
        && text.length() <= MAX_DIGITS
        && !leadingZero
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public int compareTo(Version other) {
    int majors = Integer.compare(major, other.major);
    return majors != 0 ? majors : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
