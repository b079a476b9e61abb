package io.fastvif.portprofile;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;

/** The switch, or whoever talks to it, did not do what was asked for a port. */
public final class PortRefusedException extends FastvifIOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param kind of what kind that is
   * @param reason what became of it
   */
  public PortRefusedException(FailureKind kind, String reason) {
    super(kind, reason);
  }

  /** The same failure, of which one more thing is said. */
  PortRefusedException and(String more) {
    return new PortRefusedException(kind(), getMessage() + "; " + more);
  }
}
