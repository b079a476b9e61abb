package io.fastvif.agent.http;

import io.fastvif.bindings.Failure;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/** What a handler has thrown, as a problem. */
final class Failures {
  private static final int MAX_CAUSES = 8;

  private Failures() {}

  static Problem problem(Throwable thrown, String target) {
    Throwable reason = thrown;
    for (int i = 0; i < MAX_CAUSES && reason instanceof CompletionException; i++) {
      if (reason.getCause() == null) {
        break;
      }
      reason = reason.getCause();
    }
    return switch (reason) {
      case ProblemException known -> known.problem();
      case InvalidInputException wrong -> Problem.wrongInput(wrong);
      case RejectedExecutionException full -> Problem.busy("too much waits for an answer already");
      case Failure failure -> Problem.of(failure, String.valueOf(reason.getMessage()));
      default -> {
        Log.warning(
            Failures.class, target + ": an error of fastvif's own; please report it", reason);
        yield new Problem(
            "internal", "An error of the agent's own", 500, reason.getClass().getSimpleName());
      }
    };
  }
}
