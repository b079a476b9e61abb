package io.fastvif.cli;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plans VIFs with the installed plugins and the options given. */
final class Planner {
  private final PluginConfiguration configuration;
  private final VifPlugins plugins;

  Planner(PluginConfiguration configuration) {
    this.configuration = configuration;
    plugins = VifPlugins.installed(configuration.values());
  }

  /**
   * The plans of all VIFs, in their order; nothing of the host is changed.
   *
   * @throws WrongInputException if one cannot be planned, or two VIFs have one id
   * @throws InvalidInputException if an option has a value that it does not take
   */
  List<PlugPlan> plan(Action action, List<VifInput> inputs, HostSnapshot host) {
    List<PlugPlan> plans = new ArrayList<>(inputs.size());
    Map<String, VifInput> byId = HashMap.newHashMap(inputs.size());
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      InstanceInfo instance = input.request().instance().orElse(null);
      try {
        VifPlugin plugin = plugins.of(vif);
        PlugPlan plan =
            switch (action) {
              case PLUG -> plugin.plug(vif, instance, host);
              case UNPLUG -> plugin.unplug(vif, instance, host);
              case CHANGE -> throw new IllegalArgumentException("VIFs are plugged or unplugged");
            };
        checkUnique(byId.putIfAbsent(plan.vifId(), input), vif);
        plans.add(plan);
      } catch (InvalidInputException wrong) {
        throw placed(wrong, input);
      }
    }
    return plans;
  }

  /**
   * What is left to the hypervisor once the VIF is plugged with these options.
   *
   * @throws WrongInputException if an option of its plugin has a value that it does not take
   */
  HypervisorTask hypervisorTask(VifInput input) {
    try {
      return plugins.hypervisorTask(input.request().vif());
    } catch (InvalidInputException wrong) {
      throw placed(wrong, input);
    }
  }

  private WrongInputException placed(InvalidInputException wrong, VifInput input) {
    String place = configuration.place(wrong.path());
    return place == null
        ? WrongInputException.in(input.file(), wrong.under(input.request().path()))
        : WrongInputException.in(place, wrong);
  }

  /** The same VIF may come twice; two VIFs of one id could not be told apart on the host. */
  private static void checkUnique(VifInput earlier, Vif vif) {
    if (earlier != null && !earlier.request().vif().equals(vif)) {
      throw InvalidInputException.ofValue(
          "id",
          vif.id().get(),
          "is also the id of another VIF, " + earlier.request().path() + " of " + earlier.file(),
          "an id of its own");
    }
  }
}
