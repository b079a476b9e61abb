package io.fastvif.vhostuser.memory;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/**
 * A peer described or passed memory that cannot be used; the message says what is wrong with it.
 */
public final class InvalidMemoryException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what is wrong, and with which memory
   */
  public InvalidMemoryException(String message) {
    super(message, FailureKind.OTHER);
  }
}
