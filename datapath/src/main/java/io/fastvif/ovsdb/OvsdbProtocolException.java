package io.fastvif.ovsdb;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** The peer sent what OVSDB's protocol does not allow; the connection is given up. */
public final class OvsdbProtocolException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /** Says what was wrong. */
  public OvsdbProtocolException(String message) {
    super(message, FailureKind.OTHER);
  }

  /** Says what was wrong, and how it was found. */
  public OvsdbProtocolException(String message, Throwable cause) {
    super(message, FailureKind.OTHER, cause);
  }
}
