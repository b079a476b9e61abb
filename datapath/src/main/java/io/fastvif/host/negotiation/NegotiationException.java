package io.fastvif.host.negotiation;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Two hosts did not agree on a VIF; the message says why. */
public final class NegotiationException extends FastvifException {
  private static final long serialVersionUID = 1L;

  NegotiationException(String message, Throwable cause) {
    super(message, FailureKind.OTHER, cause);
  }
}
