package io.fastvif.driver;

/** An endpoint could not be torn down; it may be released again. */
public final class EndpointReleaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param id the endpoint
   * @param reason what went wrong
   */
  public EndpointReleaseException(EndpointId id, String reason) {
    super("endpoint " + id + " is not released: " + reason);
  }
}
