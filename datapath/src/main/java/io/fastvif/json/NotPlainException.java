package io.fastvif.json;

/** A document is not plainly right; see {@link JsonScanner}. */
final class NotPlainException extends Exception {
  private static final long serialVersionUID = 1;

  NotPlainException() {
    super("", null, false, false);
  }
}
