package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** A socket cannot be where it was asked for; the message says why. */
public final class SocketException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param kind of what kind that is
   * @param message why, with the path
   */
  public SocketException(FailureKind kind, String message) {
    super(message, kind);
  }
}
