package io.fastvif.cli;

import io.fastvif.HostView;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.bindings.NativeAccess;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code plug} and {@code unplug}. */
final class PlugCommand extends Command {
  private static final Option JSON =
      Option.flag("--json", "Accepted for uniformity: the output is always JSON.");

  /** Each line short enough for a terminal, so that the whole can be copied. */
  private static final List<String> EXAMPLE =
      List.of(
          "",
          "A FILE that makes a tap:",
          "{\"versioned_object.namespace\": \"os_vif\",",
          " \"versioned_object.name\": \"VIFGeneric\",",
          " \"versioned_object.version\": \"1.0\",",
          " \"versioned_object.data\": {",
          "  \"id\": \"7204e52d-b222-4a58-808a-05a6c4647159\",",
          "  \"plugin\": \"tap\",",
          "  \"vif_name\": \"tap7204e52d\",",
          "  \"address\": \"fa:16:3e:20:82:3c\"}}");

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
        AgentAccess.AGENT,
        JSON);
    this.action = action;
  }

  @Override
  List<String> example() {
    return action == Action.PLUG ? EXAMPLE : List.of();
  }

  /** Ends in order at SIGTERM and SIGINT: what was begun is finished, and each VIF has its line. */
  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    try (EndSignal end = new EndSignal(out, err)) {
      int status = run(arguments, out, err, end);
      end.ended(status);
      return status;
    }
  }

  private int run(Arguments arguments, PrintWriter out, PrintWriter err, EndSignal end)
      throws IOException {
    String agent = AgentAccess.chosen(arguments);
    if (agent == null) {
      NativeAccess.prepare();
    }
    List<VifInput> inputs = VifInput.read(arguments.files());
    if (agent != null) {
      AgentInputs asked = AgentInputs.of(arguments, inputs, err);
      try {
        return new AgentBatch(agent, action, end).run(asked, true, new ArrayList<>(), out, err);
      } catch (IOException broken) { // said before the signal's end, if there is one
        err.println("fastvif: " + broken.getMessage());
        return Fastvif.FAILED;
      }
    }
    HostConfiguration configuration = PluginConfiguration.of(arguments, err);
    Planner planner = new Planner(configuration);
    planner.requireOptions(inputs);
    try {
      return Engines.with(
          arguments,
          configuration,
          options -> {
            try (VifHost host = Engines.open(options)) {
              end.whenAsked(host::stopBeginning);
              return print(submit(host, action, inputs), planner, out, err);
            }
          });
    } catch (SystemCallException refused) {
      if (!Fastvif.isDenial(refused.errno())) {
        throw refused;
      }
      HostView view = HostView.of(VifHostOptions.of(configuration));
      return print(denied(view, planner, inputs, arguments, refused), planner, out, err);
    }
  }

  /**
   * A VIF on its way.
   *
   * @param problem why it was not submitted; null if it was
   * @param result null if it was not submitted
   */
  record Submitted(
      VifInput input, WrongInputException problem, CompletableFuture<PlugResult> result) {}

  /** Submits all VIFs but those of which it is not known which is meant. */
  static List<Submitted> submit(VifHost host, Action action, List<VifInput> inputs) {
    IdentityHashMap<VifInput, WrongInputException> conflicts = Planner.conflicts(inputs);
    List<Submitted> submitted = new ArrayList<>(inputs.size());
    for (VifInput input : inputs) {
      WrongInputException conflict = conflicts.get(input);
      submitted.add(
          new Submitted(input, conflict, conflict == null ? submit(host, action, input) : null));
    }
    return submitted;
  }

  private static CompletableFuture<PlugResult> submit(VifHost host, Action action, VifInput input) {
    try {
      return host.submit(Planner.operation(action, input));
    } catch (IllegalStateException closed) {
      String id = input.request().vif().id().orElse("");
      return failed(new PlugFailure(id, "not begun", 0, "fastvif was told to end", List.of()));
    }
  }

  private static CompletableFuture<PlugResult> failed(PlugFailure failure) {
    return CompletableFuture.completedFuture(
        new PlugResult(null, Outcome.FAILED, failure, List.of()));
  }

  /** Prints a line for each VIF, in their order; returns the exit status. */
  private static int print(
      List<Submitted> vifs, Planner planner, PrintWriter out, PrintWriter err) {
    boolean failed = false;
    boolean onlyWrong = !vifs.isEmpty();
    for (Submitted vif : vifs) {
      PlugResult result = vif.result() == null ? null : vif.result().join();
      WrongInputException problem = problem(vif, result, planner);
      if (problem != null) {
        out.println(ResultLine.ofWrong(vif.input().request().vif(), problem.getMessage()));
        err.println("fastvif: " + problem.getMessage());
        failed = true;
        continue;
      }
      onlyWrong = false;
      out.println(ResultLine.of(vif.input().request().vif(), result));
      if (result.outcome() == Outcome.FAILED) {
        err.println("fastvif: " + ResultLine.error(result.failure()));
        failed = true;
      }
    }
    return onlyWrong ? Fastvif.WRONG_INPUT : failed ? Fastvif.FAILED : Fastvif.DONE;
  }

  /** What is wrong with the VIF, if it is that; otherwise null. */
  static WrongInputException problem(Submitted vif, PlugResult result, Planner planner) {
    if (result == null) {
      return vif.problem();
    }
    return result.failure() == null || result.failure().wrongInput() == null
        ? null
        : planner.placed(result.failure().wrongInput(), vif.input());
  }

  /** Planned for an unknown host, so that wrong input is said to be wrong all the same. */
  private List<Submitted> denied(
      HostView view,
      Planner planner,
      List<VifInput> inputs,
      Arguments arguments,
      SystemCallException refused) {
    String namespace = arguments.value(NETNS);
    String step = "enter network namespace " + (namespace == null ? "of its own" : namespace);
    HostSnapshot unknown = new SnapshotBuilder().build();
    List<Submitted> denied = new ArrayList<>(inputs.size());
    for (Planner.PlannedInput vif :
        planner.plan(action, inputs, operations -> view.plan(operations, unknown))) {
      if (vif.problem() != null) {
        denied.add(new Submitted(vif.input(), vif.problem(), null));
        continue;
      }
      PlugPlan plan = vif.plan();
      PlugFailure failure =
          new PlugFailure(plan.vifId(), step, refused.errno(), refused.call(), List.of());
      PlugResult result = new PlugResult(plan, Outcome.FAILED, failure, plan.notes());
      denied.add(new Submitted(vif.input(), null, CompletableFuture.completedFuture(result)));
    }
    return denied;
  }
}
