package io.fastvif.agent.keeper;

import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.concurrent.CompletionException;

/** What a caller is told when the store could not be written. */
final class StoreFailure {
  private static final String STEP = "keep the declaration on disk";

  private StoreFailure() {}

  /**
   * The result of an operation that was undone because of it.
   *
   * @param leftBehind what could not be undone
   */
  static PlugResult result(String vifId, Throwable thrown, List<String> leftBehind) {
    PlugFailure failure =
        new PlugFailure(vifId, STEP, 0, words(thrown), leftBehind, FailureKind.of(thrown));
    return new PlugResult(null, Outcome.FAILED, failure, List.of());
  }

  /** The disk's words. */
  static String words(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof FileSystemException file && file.getReason() == null) {
      return cause.getClass().getSimpleName() + ": " + file.getFile();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
