package io.fastvif.cli;

/** An input file cannot be read. */
final class InputFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
