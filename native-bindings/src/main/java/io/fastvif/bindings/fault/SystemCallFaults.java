package io.fastvif.bindings.fault;

/**
 * The switch by which a test makes system calls of its own process fail. Every system call of the
 * bindings asks here first. In a process that was not started with {@code
 * -Dio.fastvif.bindings.faults=true} the question is a constant that the compilers remove.
 *
 * <p>A test therefore runs what it wants to see fail in a child process ({@code
 * io.fastvif.testing.FaultyProcess} starts one) and installs an injector there:
 *
 * <pre>{@code
 * NthCallFails fault = new NthCallFails(3, Errno.EMFILE, thread -> thread.getName().equals("..."));
 * SystemCallFaults.install(fault);
 * try {
 *   // The third system call of that thread returns -EMFILE without having been made.
 * } finally {
 *   SystemCallFaults.remove();
 * }
 * assertTrue(fault.hasFailed());
 * }</pre>
 *
 * <p>{@code io.fastvif.testing.FaultMatrix} does so for n = 1, 2, 3, … until no call is left.
 */
public final class SystemCallFaults {
  /** The system property that turns the injection on: {@code io.fastvif.bindings.faults}. */
  public static final String PROPERTY = "io.fastvif.bindings.faults";

  /** Whether the process was started with the property set to {@code true}. */
  public static final boolean ENABLED = Boolean.getBoolean(PROPERTY);

  private static volatile Injector injector;

  private SystemCallFaults() {}

  /** Decides which calls fail. Called on the thread that makes the call, from many at a time. */
  @FunctionalInterface
  public interface Injector {
    /**
     * Asked before a call.
     *
     * @param number the call's {@code __NR_} constant, or {@link #IF_NAMETOINDEX}
     * @param first the call's first argument, often a descriptor
     * @param second its second argument
     * @return 0 to have the call made; or the positive errno that it fails with: close(2) is made
     *     all the same, as Linux does; no other call is
     */
    int errno(long number, long first, long second);
  }

  /** Stands for the C library's if_nametoindex(3), the one call that has no number of its own. */
  public static final long IF_NAMETOINDEX = -1;

  /**
   * Installs an injector for all threads of the process, in the place of the one before.
   *
   * @throws IllegalStateException if the process was started without the property
   */
  public static void install(Injector wanted) {
    if (!ENABLED) {
      throw new IllegalStateException("start the JVM with -D" + PROPERTY + "=true");
    }
    injector = wanted;
  }

  /** Takes the injector away: every call is made again. */
  public static void remove() {
    injector = null;
  }

  /**
   * Asks the injector; for the bindings, and only where {@link #ENABLED}.
   *
   * @return 0, or the positive errno to fail with
   */
  public static int errno(long number, long first, long second) {
    Injector asked = injector;
    return asked == null ? 0 : asked.errno(number, first, second);
  }
}
