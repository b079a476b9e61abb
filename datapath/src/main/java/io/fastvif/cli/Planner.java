package io.fastvif.cli;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
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
   * The plans of all VIFs, in their order; nothing of the host is changed. A VIF that cannot be
   * planned, or wants what another one of them has, does not keep the others from being planned.
   *
   * @throws WrongInputException if an option of the configuration has a value that it does not take
   * @throws InvalidInputException if an option has a value that it does not take
   */
  List<PlannedVif> plan(Action action, List<VifInput> inputs, HostSnapshot host) {
    List<PlannedVif> planned = new ArrayList<>(inputs.size());
    IdentityHashMap<VifInput, VifInput> sameIds = sameIds(inputs);
    PlanClaims claims = new PlanClaims(host);
    for (VifInput input : inputs) {
      try {
        configuration.require(input.request().vif().plugin().orElse(""));
        PlugPlan plan = plan(action, input, host);
        checkUnique(input, sameIds.get(input));
        if (action == Action.PLUG) {
          claims.add(input.request().vif(), plan);
        }
        planned.add(new PlannedVif(input, plan, null));
      } catch (InvalidInputException wrong) {
        if (configuration.place(wrong.path()) != null) {
          throw placed(wrong, input);
        }
        planned.add(new PlannedVif(input, null, placed(wrong, input)));
      }
    }
    return planned;
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

  private PlugPlan plan(Action action, VifInput input, HostSnapshot host) {
    Vif vif = input.request().vif();
    InstanceInfo instance = input.request().instance().orElse(null);
    VifPlugin plugin = plugins.of(vif);
    return switch (action) {
      case PLUG -> plugin.plug(vif, instance, host);
      case UNPLUG -> plugin.unplug(vif, instance, host);
      case CHANGE -> throw new IllegalArgumentException("VIFs are plugged or unplugged");
    };
  }

  /**
   * The VIFs that another one of the input has the id of: on the host they could not be told apart,
   * and which of them is meant is not known. The same VIF may come twice.
   */
  private static IdentityHashMap<VifInput, VifInput> sameIds(List<VifInput> inputs) {
    Map<String, VifInput> byId = HashMap.newHashMap(inputs.size());
    IdentityHashMap<VifInput, VifInput> same = new IdentityHashMap<>();
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      VifInput earlier = byId.putIfAbsent(vif.id().orElse(""), input);
      if (earlier != null && !earlier.request().vif().equals(vif)) {
        same.put(input, earlier);
        same.putIfAbsent(earlier, input);
      }
    }
    return same;
  }

  private static void checkUnique(VifInput input, VifInput other) {
    if (other != null) {
      throw InvalidInputException.ofValue(
          "id",
          input.request().vif().id().orElse(""),
          "is also the id of another VIF, " + other.request().path() + " of " + other.file(),
          "an id of its own");
    }
  }
}
