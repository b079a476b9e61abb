package io.fastvif.vhostuser.memory;

/**
 * A peer described or passed memory that cannot be used; the message says what is wrong with it.
 */
public final class InvalidMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what is wrong, and with which memory
   */
  public InvalidMemoryException(String message) {
    super(message);
  }
}
