package io.fastvif.driver.file;

/** Why an endpoint of some type cannot be given. */
final class UnsuitedException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsuitedException(String reason) {
    super(reason);
  }
}
