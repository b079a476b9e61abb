package io.fastvif.benchmarks;

/**
 * What a forked JVM is allowed. JMH hands on neither the manifest's permissions nor those of a JVM
 * that was started with a module path.
 */
final class ForkedJvm {
  /** The bindings' downcalls. */
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private ForkedJvm() {}
}
