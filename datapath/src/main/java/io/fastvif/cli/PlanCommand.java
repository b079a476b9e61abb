package io.fastvif.cli;

import io.fastvif.HostView;
import io.fastvif.agent.text.PlanText;
import io.fastvif.config.HostConfiguration;
import io.fastvif.plan.Action;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** {@code plan}. */
final class PlanCommand extends Command {
  private static final Option UNPLUG = Option.flag("--unplug", "Show what unplugging would do.");
  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each VIF.");

  PlanCommand() {
    super(
        "plan",
        "Show what plugging would do, step by step, and its undo. Touches nothing.",
        "VIFs in os-vif's JSON, as for plug; - is standard input.",
        UNPLUG,
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        AgentAccess.AGENT,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    List<VifInput> inputs = VifInput.read(arguments.files());
    String agent = AgentAccess.chosen(arguments);
    if (agent != null) {
      AgentInputs asked = AgentInputs.of(arguments, inputs, err);
      return new AgentPlans(agent, arguments.has(UNPLUG) ? Action.UNPLUG : Action.PLUG)
          .run(asked, arguments.has(JSON), out, err);
    }
    HostConfiguration configuration = PluginConfiguration.of(arguments, err);
    Planner planner = new Planner(configuration);
    Action action = arguments.has(UNPLUG) ? Action.UNPLUG : Action.PLUG;
    List<Planner.PlannedInput> plans =
        Engines.with(
            arguments,
            configuration,
            options -> planner.plan(action, inputs, HostView.of(options)::plan));
    int status = Fastvif.DONE;
    for (Planner.PlannedInput vif : plans) {
      if (vif.problem() != null) {
        err.println("fastvif: " + vif.problem().getMessage());
        status = Fastvif.WRONG_INPUT;
      } else if (arguments.has(JSON)) {
        out.println(PlanText.line(vif.plan()));
      } else {
        out.print(PlanText.text(vif.plan()));
      }
    }
    return status;
  }
}
