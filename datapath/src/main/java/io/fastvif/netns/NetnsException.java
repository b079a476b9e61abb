package io.fastvif.netns;

/** Code that ran in a namespace threw a checked exception, which is the cause. */
public final class NetnsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param cause what the code threw
   */
  public NetnsException(Exception cause) {
    super(cause);
  }
}
