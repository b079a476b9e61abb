package io.fastvif.cli;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/** {@code plug} and {@code unplug}. */
final class PlugCommand extends Command {
  private static final long QUEUE_FULL_PAUSE_NANOS = 50_000;

  private static final Option JSON =
      Option.flag("--json", "Accepted for uniformity: the output is always JSON.");

  private final Action action;

  PlugCommand(Action action) {
    super(
        action == Action.PLUG ? "plug" : "unplug",
        (action == Action.PLUG ? "Plug" : "Unplug")
            + " VIFs: one line of JSON for each says what became of it.",
        "VIFs in os-vif's JSON: one, an array, or {\"vif\": ..., \"instance\": ...}; - is stdin.",
        NETNS,
        Planner.OPTION,
        JSON);
    this.action = action;
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<VifInput> inputs = VifInput.read(arguments.files());
    Planner planner = new Planner(arguments);
    try (Netns namespace = arguments.namespace();
        PlugEngine engine = PlugEngine.builder().namespace(namespace).build().start()) {
      List<PlugPlan> plans = planner.plan(action, inputs, engine.snapshot());
      List<CompletableFuture<PlugResult>> results = new ArrayList<>(plans.size());
      for (PlugPlan plan : plans) {
        results.add(submit(engine, plan));
      }
      boolean failed = false;
      for (CompletableFuture<PlugResult> result : results) {
        PlugResult ended = result.join();
        out.println(ResultLine.of(ended));
        if (ended.outcome() == Outcome.FAILED) {
          failed = true;
          err.println("fastvif: " + ended.failure().message());
        }
      }
      return failed ? Fastvif.FAILED : Fastvif.DONE;
    }
  }

  private static CompletableFuture<PlugResult> submit(PlugEngine engine, PlugPlan plan) {
    Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
    while (stage.isEmpty()) {
      LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
      stage = engine.submit(plan);
    }
    return stage.get().toCompletableFuture();
  }
}
