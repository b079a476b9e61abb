package io.fastvif.cli;

import io.fastvif.HostView;
import io.fastvif.config.HostConfiguration;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
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
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<VifInput> inputs = VifInput.read(arguments.files());
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
        out.println(line(vif.plan()));
      } else {
        out.print(text(vif.plan()));
      }
    }
    return status;
  }

  private static String text(PlugPlan plan) {
    StringBuilder text = new StringBuilder("VIF ").append(plan.vifId());
    if (!plan.name().isEmpty()) {
      text.append(' ').append(plan.name());
    }
    text.append(plan.steps().isEmpty() ? ": nothing to do\n" : ":\n");
    int number = 0;
    for (PlannedStep planned : plan.steps()) {
      text.append(String.format("%3d. %s", ++number, planned.step()));
      if (planned.onlyIfCreated()) {
        text.append(" (only if created just now)");
      }
      text.append('\n');
      if (planned.undo() != null) {
        text.append("     undo: ").append(planned.undo());
        text.append(planned.shared() ? " (unless in use by another VIF)\n" : "\n");
      }
    }
    for (String note : plan.notes()) {
      text.append("     note: ").append(note).append('\n');
    }
    return text.toString();
  }

  private static String line(PlugPlan plan) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", plan.vifId());
          out.writeStringField("name", plan.name());
          JsonText.strings(out, "devices", plan.devices());
          out.writeArrayFieldStart("steps");
          for (PlannedStep planned : plan.steps()) {
            out.writeStartObject();
            out.writeStringField("step", planned.step().toString());
            if (planned.undo() == null) {
              out.writeNullField("undo");
            } else {
              out.writeStringField("undo", planned.undo().toString());
            }
            out.writeBooleanField("shared", planned.shared());
            out.writeBooleanField("only_if_created", planned.onlyIfCreated());
            out.writeEndObject();
          }
          out.writeEndArray();
          JsonText.strings(out, "notes", plan.notes());
          out.writeEndObject();
        });
  }
}
