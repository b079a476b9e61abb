package io.fastvif.engine.side;

/** Something was left as it is, and that is no failure: it is told in a note. */
public final class LeftAsItIsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was left, and why
   */
  public LeftAsItIsException(String message) {
    super(message);
  }
}
