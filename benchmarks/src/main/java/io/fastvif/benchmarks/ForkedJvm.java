package io.fastvif.benchmarks;

/**
 * What a forked JVM is allowed. JMH hands on neither the manifest's permissions nor those of a JVM
 * that was started with a module path.
 */
final class ForkedJvm {
  /** The bindings' downcalls. */
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** agrona's queues. */
  static final String INTERNAL_MISC = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

  private ForkedJvm() {}
}
