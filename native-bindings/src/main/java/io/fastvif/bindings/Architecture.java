package io.fastvif.bindings;

/**
 * Which machine this is, of the two that the bindings are generated for: 64-bit x86 and 64-bit Arm.
 *
 * <p>What differs between them is chosen by {@link #IS_AARCH64} when a class is initialised: a
 * constant from then on, to the compilers too. Where neither fits, whatever of the bindings is used
 * first fails with a {@link LinkageError} that names both.
 */
public final class Architecture {

  /** Whether this is aarch64; else it is x86-64. */
  public static final boolean IS_AARCH64 =
      isAarch64(System.getProperty("os.name"), System.getProperty("os.arch"));

  private Architecture() {}

  /**
   * An Error, because one thrown by a static initialiser reaches the caller as it is: layouts and
   * numbers of another machine would read the wrong bytes and make the wrong calls.
   */
  static boolean isAarch64(String os, String architecture) {
    boolean aarch64 = architecture.equals("aarch64");
    if (!os.equals("Linux") || !(aarch64 || architecture.equals("amd64"))) {
      throw new LinkageError(
          "fastvif's bindings are generated for Linux on amd64 and on aarch64, and this is "
              + os
              + " on "
              + architecture);
    }
    return aarch64;
  }
}
