package io.fastvif.netns;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Code that ran in a namespace threw a checked exception, which is the cause. */
public final class NetnsException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param cause what the code threw
   */
  public NetnsException(Exception cause) {
    super(cause.toString(), FailureKind.of(cause), cause);
  }

  /** What code returned, or throws what it threw, a checked exception as the cause of this one. */
  static <T> T unwrap(T result, Throwable failure) {
    switch (failure) {
      case null -> {
        return result;
      }
      case Error error -> throw error;
      case RuntimeException unchecked -> throw unchecked;
      case Exception checked -> throw new NetnsException(checked);
      default -> throw new AssertionError(failure);
    }
  }
}
