package io.fastvif;

/** Which fastvif this is. A test holds it to the version that the build gives the jars. */
public final class FastvifVersion {
  // In the class itself, because a jar's manifest is lost when somebody packs it into his own.
  private static final String TEXT = "0.2.0";

  private FastvifVersion() {}

  /** The version, such as {@code 0.2.0}. */
  public static String text() {
    return TEXT;
  }
}
