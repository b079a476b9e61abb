package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.PlugPlan;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Carries out what a command planned, and says what became of it. */
final class VfResults {
  private VfResults() {}

  static PlugResult execute(VifHost opened, PlugPlan plan) {
    return execute(opened, List.of(plan)).getFirst();
  }

  /** Carries them out together. */
  static List<PlugResult> execute(VifHost opened, List<PlugPlan> plans) {
    try {
      return opened.execute(plans).stream().map(CompletableFuture::join).toList();
    } catch (IllegalStateException closed) {
      return plans.stream().map(VfResults::notBegun).toList();
    }
  }

  private static PlugResult notBegun(PlugPlan plan) {
    PlugFailure failure =
        new PlugFailure(plan.vifId(), "not begun", 0, "fastvif was told to end", List.of());
    return new PlugResult(plan, Outcome.FAILED, failure, plan.notes());
  }

  /** Prints nothing but notes where all is well, as `ip` does; with JSON a line in any case. */
  static int run(VifHost opened, PlugPlan plan, boolean json, PrintWriter out, PrintWriter err) {
    return print(execute(opened, plan), json, out, err);
  }

  static int print(PlugResult result, boolean json, PrintWriter out, PrintWriter err) {
    if (json) {
      out.println(ResultLine.of(result));
    } else {
      result.notes().forEach(note -> err.println("fastvif: note: " + note));
    }
    if (result.outcome() == Outcome.FAILED) {
      err.println("fastvif: " + ResultLine.error(result.failure()));
      return Fastvif.FAILED;
    }
    return Fastvif.DONE;
  }
}
