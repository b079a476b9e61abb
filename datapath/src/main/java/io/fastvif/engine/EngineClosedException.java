package io.fastvif.engine;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import java.util.List;
import java.util.function.Consumer;

/** An operation was not begun, because its engine was closed. */
final class EngineClosedException extends FastvifException {
  private static final long serialVersionUID = 1L;

  EngineClosedException(EngineName engine) {
    super(engine + " was closed before", FailureKind.OTHER);
  }

  /** What its requester is told. */
  PlugFailure failure(String vifId) {
    return new PlugFailure(vifId, "not begun", 0, getMessage(), List.of());
  }

  /** Answers an operation that was not begun. */
  void fail(PlugOperation request, Consumer<Throwable> errorHandler) {
    PlugFailure failure;
    try {
      failure = failure(request.vifId());
    } catch (RuntimeException | Error thrown) {
      UnreadableOperation.fail(request, null, thrown, errorHandler);
      return;
    }
    try {
      request.completed(Outcome.FAILED, failure);
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
  }
}
