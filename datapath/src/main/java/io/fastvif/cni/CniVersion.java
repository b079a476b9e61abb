package io.fastvif.cni;

import java.util.List;

/** Versions of the specification. */
final class CniVersion {
  /** Those that are spoken. */
  static final List<String> SUPPORTED = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  /** The newest. */
  static final String NEWEST = SUPPORTED.getLast();

  private CniVersion() {}

  /** Whether a supported version is another one or a later one. */
  static boolean isAtLeast(String version, String other) {
    return SUPPORTED.indexOf(version) >= SUPPORTED.indexOf(other);
  }
}
