package io.fastvif.vhostuser.virtqueue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** A ring cannot be started as it was set up. Its message says what is wrong. */
public final class BrokenRingException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what is wrong with the ring
   */
  public BrokenRingException(String message) {
    super(message, FailureKind.OTHER);
  }
}
