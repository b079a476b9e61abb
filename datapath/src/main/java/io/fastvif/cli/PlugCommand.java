package io.fastvif.cli;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
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
        "VIFs in os-vif's JSON: one, an array, or {\"vif\": ..., \"instance\": ...};"
            + " - is standard input.",
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        JSON);
    this.action = action;
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<VifInput> inputs = VifInput.read(arguments.files());
    PluginConfiguration configuration = PluginConfiguration.of(arguments, System.getenv());
    Planner planner = new Planner(configuration);
    OvsSettings ovs = OvsConnection.forVifs(inputs, configuration);
    try (PlugEngine engine = Engines.start(arguments, ovs)) {
      List<PlugPlan> plans = planner.plan(action, inputs, engine.snapshot());
      List<CompletableFuture<PlugResult>> results = new ArrayList<>(plans.size());
      for (PlugPlan plan : plans) {
        results.add(submit(engine, plan));
      }
      int status = Fastvif.DONE;
      for (CompletableFuture<PlugResult> result : results) {
        PlugResult ended = result.join();
        print(ended, out, err);
        if (ended.outcome() == Outcome.FAILED) {
          status = Fastvif.FAILED;
        }
      }
      return status;
    } catch (SystemCallException refused) {
      if (!Fastvif.isDenial(refused.errno())) {
        throw refused;
      }
      // Planned for an unknown host, so that wrong input is said to be wrong all the same.
      for (PlugPlan plan : planner.plan(action, inputs, new SnapshotBuilder().build())) {
        print(denied(plan, arguments, refused), out, err);
      }
      return Fastvif.FAILED;
    }
  }

  private static void print(PlugResult result, PrintWriter out, PrintWriter err) {
    out.println(ResultLine.of(result));
    if (result.outcome() == Outcome.FAILED) {
      err.println("fastvif: " + ResultLine.error(result.failure()));
    }
  }

  private static PlugResult denied(
      PlugPlan plan, Arguments arguments, SystemCallException refused) {
    String namespace = arguments.value(NETNS);
    String step = "enter network namespace " + (namespace == null ? "of its own" : namespace);
    PlugFailure failure =
        new PlugFailure(plan.vifId(), step, refused.errno(), refused.call(), List.of());
    return new PlugResult(plan, Outcome.FAILED, failure, plan.notes());
  }

  /** Hands a plan to the engine, whenever its queue has room. */
  static CompletableFuture<PlugResult> submit(PlugEngine engine, PlugPlan plan) {
    Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
    while (stage.isEmpty()) {
      LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
      stage = engine.submit(plan);
    }
    return stage.get().toCompletableFuture();
  }
}
