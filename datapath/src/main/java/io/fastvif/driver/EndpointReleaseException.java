package io.fastvif.driver;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** An endpoint could not be torn down; it may be released again. */
public final class EndpointReleaseException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param id the endpoint
   * @param reason what went wrong
   * @param cause what it came from, which has the kind and the error number
   */
  public EndpointReleaseException(EndpointId id, String reason, Throwable cause) {
    super("endpoint " + id + " is not released: " + reason, FailureKind.of(cause), cause);
  }
}
