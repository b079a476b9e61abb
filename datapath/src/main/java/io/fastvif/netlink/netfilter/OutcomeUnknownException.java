package io.fastvif.netlink.netfilter;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** A batch was sent and its answers are lost: all of it was carried out, or nothing. */
public final class OutcomeUnknownException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param cause why they are lost
   */
  public OutcomeUnknownException(RuntimeException cause) {
    super(
        "nobody knows whether the rules were changed: " + cause.getMessage(),
        FailureKind.of(cause),
        cause);
  }
}
