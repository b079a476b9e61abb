package io.fastvif.cli;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plans VIFs with the installed plugins and the options given on the command line. */
final class Planner {
  static final Option OPTION =
      new Option(
          "--option",
          "-o",
          "PLUGIN.OPTION=VALUE",
          "Set a plugin's option, such as linux_bridge.create_port=tap.");

  private final VifPlugins plugins;

  Planner(Arguments arguments) {
    plugins = VifPlugins.installed(options(arguments.values(OPTION)));
  }

  private static Map<String, String> options(List<String> given) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : given) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw InvalidInputException.ofValue(
            "option", option, "has no value", "PLUGIN.OPTION=VALUE");
      }
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return options;
  }

  /** The plans of all VIFs, in their order; nothing of the host is changed. */
  List<PlugPlan> plan(Action action, List<VifInput> inputs, HostSnapshot host) {
    List<PlugPlan> plans = new ArrayList<>(inputs.size());
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      InstanceInfo instance = input.request().instance().orElse(null);
      try {
        VifPlugin plugin = plugins.of(vif);
        plans.add(
            switch (action) {
              case PLUG -> plugin.plug(vif, instance, host);
              case UNPLUG -> plugin.unplug(vif, instance, host);
            });
      } catch (InvalidInputException wrong) {
        throw wrong.under("vif").under(input.place() + ": ");
      }
    }
    return plans;
  }
}
