package io.fastvif.bindings;

/** Whether this process may call native code, and what to do if it may not. */
public final class NativeAccess {

  private NativeAccess() {}

  /**
   * Says whether the Java runtime lets this module call native code. A runtime that only warns says
   * no and lets the call through.
   */
  public static boolean isEnabled() {
    return NativeAccess.class.getModule().isNativeAccessEnabled();
  }

  /** The option of the {@code java} command that permits native access. */
  public static String option() {
    Module module = NativeAccess.class.getModule();
    return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  /**
   * Begins to link the native call on a thread of its own, so that a process that is going to make
   * one reads its input meanwhile: the linker takes some 20 ms. Does nothing where native access is
   * not permitted or no thread is to be had: whoever makes the call is told then.
   */
  public static void prepare() {
    if (!isEnabled()) {
      return;
    }
    try {
      Thread.ofPlatform().daemon().name("fastvif-linking").start(NativeCall::prepare);
    } catch (OutOfMemoryError noThread) {
      // the caller links it
    }
  }

  /** An Error, because one thrown by a static initialiser reaches the caller as it is. */
  static LinkageError denied(IllegalCallerException cause) {
    return new LinkageError(
        "fastvif calls the Linux kernel through native code, and this Java runtime denies it: start"
            + " java with "
            + option(),
        cause);
  }
}
