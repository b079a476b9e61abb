package io.fastvif.vhostuser.session;

/** A socket cannot be where it was asked for; the message says why. */
public final class SocketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message why, with the path
   */
  public SocketException(String message) {
    super(message);
  }
}
