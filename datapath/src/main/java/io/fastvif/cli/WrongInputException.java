package io.fastvif.cli;

import io.fastvif.vif.InvalidInputException;
import java.io.IOException;

/** What the command was given is not what it must be; the message says where. */
final class WrongInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private WrongInputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The arguments are not such as the command takes. */
  static WrongInputException of(String problem) {
    return new WrongInputException(problem, null);
  }

  /** Something is wrong inside of a file (or another place). */
  static WrongInputException in(String place, InvalidInputException wrong) {
    return new WrongInputException(place + ": " + wrong.getMessage(), wrong);
  }

  /** A file cannot be read. */
  static WrongInputException unreadable(String file, IOException reason) {
    if (file.isEmpty()) {
      return new WrongInputException("\"\" is not a file: expected a file's path", reason);
    }
    String message = String.valueOf(reason.getMessage());
    String detail =
        message.startsWith(file + " (") && message.endsWith(")")
            ? message.substring(file.length() + 2, message.length() - 1)
            : message.startsWith(file + ": ") ? message.substring(file.length() + 2) : message;
    return new WrongInputException(file + ": cannot be read: " + detail, reason);
  }

  /** There is no such network namespace. */
  static WrongInputException noNamespace(String given, RuntimeException reason) {
    return new WrongInputException(
        Command.NETNS.name()
            + ": \""
            + given
            + "\" is not a network namespace: "
            + reason.getMessage(),
        reason);
  }
}
