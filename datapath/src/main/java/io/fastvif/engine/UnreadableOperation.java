package io.fastvif.engine;

import java.util.List;
import java.util.function.Consumer;

/** Answers an operation that throws when it is asked what it is: it fails, and nothing else. */
final class UnreadableOperation {
  private static final String UNKNOWN = "unknown";

  private UnreadableOperation() {}

  /**
   * Fails it.
   *
   * @param vifId null if it does not even say its VIF
   * @param thrown by the operation; the handler is told of it, for it is a fault of a program's
   */
  static void fail(
      PlugOperation request, String vifId, Throwable thrown, Consumer<Throwable> errorHandler) {
    errorHandler.accept(thrown);
    String reason = "the operation does not say what it is: " + thrown;
    PlugFailure failure =
        new PlugFailure(vifId == null ? UNKNOWN : vifId, "not begun", 0, reason, List.of());
    try {
      request.completed(Outcome.FAILED, failure);
    } catch (RuntimeException | Error also) {
      errorHandler.accept(also);
    }
  }
}
