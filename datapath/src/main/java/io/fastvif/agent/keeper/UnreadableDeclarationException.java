package io.fastvif.agent.keeper;

/** What is on disk is not what an agent writes, or a newer one wrote it. */
final class UnreadableDeclarationException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableDeclarationException(String message) {
    super(message);
  }

  /** A newer agent has written it. */
  static UnreadableDeclarationException newer(int format, int known) {
    return new UnreadableDeclarationException(
        "a newer agent wrote it: its format is " + format + ", and " + known + " is known here");
  }
}
