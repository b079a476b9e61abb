package io.fastvif.host.negotiation;

/** Two hosts did not agree on a VIF; the message says why. */
public final class NegotiationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NegotiationException(String message, Throwable cause) {
    super(message, cause);
  }
}
