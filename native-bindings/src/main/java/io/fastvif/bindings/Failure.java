package io.fastvif.bindings;

/**
 * A failure that says of what kind it is: every {@link FastvifException}, and results that hold a
 * failure instead of throwing it.
 */
public interface Failure {

  /** Of what kind it is; never null. */
  FailureKind kind();

  /** The kernel's positive error number, one of {@link Errno}'s; 0 where the kernel gave none. */
  int errno();

  /** Whether what should be made is there already: {@link FailureKind#EXISTS}. */
  default boolean alreadyExists() {
    return kind() == FailureKind.EXISTS;
  }

  /** Whether something that is needed is not there: {@link FailureKind#NOT_FOUND}. */
  default boolean notFound() {
    return kind() == FailureKind.NOT_FOUND;
  }

  /** Whether the process may not do it: {@link FailureKind#NOT_PERMITTED}. */
  default boolean notPermitted() {
    return kind() == FailureKind.NOT_PERMITTED;
  }

  /** Whether a time limit has passed: {@link FailureKind#TIMED_OUT}. */
  default boolean timedOut() {
    return kind() == FailureKind.TIMED_OUT;
  }

  /** Whether somebody else has it, and a later try may succeed: {@link FailureKind#BUSY}. */
  default boolean busy() {
    return kind() == FailureKind.BUSY;
  }
}
