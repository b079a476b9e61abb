package io.fastvif.engine;

import java.util.List;

/** An operation was not begun, because its engine was closed. */
final class EngineClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EngineClosedException() {
    super("the engine was closed before", null, false, false);
  }

  /** What its requester is told. */
  PlugFailure failure(String vifId) {
    return new PlugFailure(vifId, "not begun", 0, getMessage(), List.of());
  }
}
