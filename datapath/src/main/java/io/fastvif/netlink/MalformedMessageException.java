package io.fastvif.netlink;

/** Received bytes that are not a netlink message: a length that contradicts what is there. */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what is wrong, and at which byte
   */
  public MalformedMessageException(String message) {
    super(message);
  }
}
