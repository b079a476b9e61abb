package io.fastvif.engine;

/** Something was left as it is, because somebody uses it: for a note, not a failure. */
final class StillInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was left, and who uses it
   */
  StillInUseException(String message) {
    super(message);
  }
}
