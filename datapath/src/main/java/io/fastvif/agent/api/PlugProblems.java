package io.fastvif.agent.api;

import io.fastvif.agent.http.Problem;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.vif.InvalidInputException;

/** What a failed operation on a VIF is answered with. */
final class PlugProblems {
  private static final String NOT_BEGUN = "not begun";

  private PlugProblems() {}

  /**
   * The problem of a failed operation: where the VIF is wrong, what is wrong with it; otherwise the
   * step that failed, the kernel's error and its own words, and what could not be undone.
   *
   * @param name of the VIF's device, as far as it is known
   */
  static Problem of(HostConfiguration configuration, PlugResult result, String name) {
    PlugFailure failure = result.failure();
    Problem problem = kind(configuration, failure);
    problem = problem.with("id", failure.vifId()).with("name", name).with("step", failure.step());
    if (failure.errno() != 0 && !failure.detail().isEmpty()) {
      problem = problem.with("kernel", failure.detail());
    }
    return problem.with("left_behind", failure.leftBehind()).with("notes", result.notes());
  }

  private static Problem kind(HostConfiguration configuration, PlugFailure failure) {
    String detail = ResultLine.error(failure);
    if (failure.wrongInput() != null) {
      InvalidInputException wrong = Places.placed(configuration, failure.wrongInput(), "vif");
      return wrong.isUntilUnplugged() ? Problem.conflict(wrong) : Problem.wrongInput(wrong);
    }
    if (failure.step().equals(NOT_BEGUN)) {
      return Problem.busy(detail);
    }
    return Problem.of(failure, detail);
  }
}
