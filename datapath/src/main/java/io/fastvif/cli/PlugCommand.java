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
        PluginConfiguration.CONFIG_DIR,
        JSON);
    this.action = action;
  }

  /** Ends in order at SIGTERM and SIGINT: what was begun is finished, and each VIF has its line. */
  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    try (EndSignal end = new EndSignal(out, err)) {
      int status = run(arguments, out, err, end);
      end.ended(status);
      return status;
    }
  }

  private int run(Arguments arguments, PrintWriter out, PrintWriter err, EndSignal end) {
    List<VifInput> inputs = VifInput.read(arguments.files());
    PluginConfiguration configuration = PluginConfiguration.of(arguments, err);
    Planner planner = new Planner(configuration);
    OvsSettings ovs = OvsConnection.forVifs(inputs, configuration);
    try (PlugEngine engine = Engines.start(arguments, ovs)) {
      List<PlannedVif> vifs = planner.plan(action, inputs, engine.snapshot());
      end.whenAsked(engine::stopBeginning);
      return print(submit(engine, vifs), out, err);
    } catch (SystemCallException refused) {
      if (!Fastvif.isDenial(refused.errno())) {
        throw refused;
      }
      // Planned for an unknown host, so that wrong input is said to be wrong all the same.
      List<Submitted> denied = new ArrayList<>(inputs.size());
      for (PlannedVif vif : planner.plan(action, inputs, new SnapshotBuilder().build())) {
        PlugResult result = vif.isWrong() ? null : denied(vif.plan(), arguments, refused);
        denied.add(new Submitted(vif, CompletableFuture.completedFuture(result)));
      }
      return print(denied, out, err);
    }
  }

  /**
   * A VIF on its way.
   *
   * @param result null for one that could not be planned
   */
  private record Submitted(PlannedVif vif, CompletableFuture<PlugResult> result) {}

  private static List<Submitted> submit(PlugEngine engine, List<PlannedVif> vifs) {
    List<Submitted> submitted = new ArrayList<>(vifs.size());
    for (PlannedVif vif : vifs) {
      submitted.add(
          new Submitted(vif, vif.isWrong() ? null : submitUnlessEnded(engine, vif.plan())));
    }
    return submitted;
  }

  /** The same, failed and not begun, where the engine begins nothing more. */
  static CompletableFuture<PlugResult> submitUnlessEnded(PlugEngine engine, PlugPlan plan) {
    try {
      return submit(engine, plan);
    } catch (IllegalStateException closed) {
      PlugFailure failure =
          new PlugFailure(plan.vifId(), "not begun", 0, "fastvif was told to end", List.of());
      return CompletableFuture.completedFuture(
          new PlugResult(plan, Outcome.FAILED, failure, plan.notes()));
    }
  }

  /** Prints a line for each VIF, in their order; returns the exit status. */
  private static int print(List<Submitted> vifs, PrintWriter out, PrintWriter err) {
    boolean failed = false;
    boolean onlyWrong = !vifs.isEmpty();
    for (Submitted submitted : vifs) {
      PlannedVif vif = submitted.vif();
      if (vif.isWrong()) {
        out.println(ResultLine.of(vif));
        err.println("fastvif: " + vif.problem().getMessage());
        failed = true;
        continue;
      }
      onlyWrong = false;
      PlugResult result = submitted.result().join();
      out.println(ResultLine.of(result));
      if (result.outcome() == Outcome.FAILED) {
        err.println("fastvif: " + ResultLine.error(result.failure()));
        failed = true;
      }
    }
    return onlyWrong ? Fastvif.WRONG_INPUT : failed ? Fastvif.FAILED : Fastvif.DONE;
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
