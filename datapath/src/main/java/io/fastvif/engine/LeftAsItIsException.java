package io.fastvif.engine;

/** Something was left as it is, and that is no failure: it is told in a note. */
final class LeftAsItIsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was left, and why
   */
  LeftAsItIsException(String message) {
    super(message);
  }
}
