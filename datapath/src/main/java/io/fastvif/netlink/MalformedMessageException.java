package io.fastvif.netlink;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Received bytes that are not a netlink message: a length that contradicts what is there. */
public final class MalformedMessageException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what is wrong, and at which byte
   */
  public MalformedMessageException(String message) {
    super(message, FailureKind.OTHER);
  }
}
