package io.fastvif.cli;

import io.fastvif.PlannedOperation;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The VIFs of the input as operations, and what is wrong with them, said with the place. */
final class Planner {
  private final HostConfiguration configuration;
  private final VifPlugins plugins;

  /**
   * A VIF of the input.
   *
   * @param plan null if it could not be planned
   * @param problem why not; null if it could be
   */
  record PlannedInput(VifInput input, PlugPlan plan, WrongInputException problem) {}

  Planner(HostConfiguration configuration) {
    this.configuration = configuration;
    plugins = configuration.plugins();
  }

  /**
   * Checks the options of the plugins that the VIFs name.
   *
   * @throws WrongInputException if one has a value that it does not take
   */
  void requireOptions(List<VifInput> inputs) {
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      try {
        configuration.require(vif.plugin().orElse(""));
      } catch (InvalidInputException wrong) {
        throw PluginConfiguration.placed(configuration, wrong);
      }
      try {
        plugins.of(vif);
      } catch (InvalidInputException wrong) {
        if (configuration.place(wrong.path()) != null) {
          throw PluginConfiguration.placed(configuration, wrong);
        }
        // The VIF is wrong, which its planning says.
      }
    }
  }

  /**
   * What of the input cannot be meant, by VIF: those that another one has the id of. On the host
   * they could not be told apart, and which of them is meant is not known. The same VIF may come
   * twice.
   */
  static IdentityHashMap<VifInput, WrongInputException> conflicts(List<VifInput> inputs) {
    Map<String, VifInput> byId = HashMap.newHashMap(inputs.size());
    IdentityHashMap<VifInput, WrongInputException> conflicts = new IdentityHashMap<>();
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      VifInput earlier = byId.putIfAbsent(vif.id().orElse(""), input);
      if (earlier != null && !earlier.request().vif().equals(vif)) {
        conflicts.put(input, sameId(input, earlier));
        conflicts.putIfAbsent(earlier, sameId(earlier, input));
      }
    }
    return conflicts;
  }

  private static WrongInputException sameId(VifInput input, VifInput other) {
    InvalidInputException same =
        InvalidInputException.ofValue(
            "id",
            input.request().vif().id().orElse(""),
            "is also the id of another VIF, " + other.request().path() + " of " + other.file(),
            "an id of its own");
    return WrongInputException.in(input.file(), same.under(input.request().path()));
  }

  static VifOperation operation(Action action, VifInput input) {
    return action == Action.PLUG
        ? VifOperation.plug(input.request())
        : VifOperation.unplug(input.request());
  }

  /** The plans of all VIFs, in their order, by what is known of the host. */
  List<PlannedInput> plan(
      Action action,
      List<VifInput> inputs,
      Function<List<VifOperation>, List<PlannedOperation>> planning) {
    requireOptions(inputs);
    IdentityHashMap<VifInput, WrongInputException> conflicts = conflicts(inputs);
    List<VifInput> sound = inputs.stream().filter(input -> !conflicts.containsKey(input)).toList();
    List<PlannedOperation> plans =
        planning.apply(sound.stream().map(input -> operation(action, input)).toList());
    List<PlannedInput> planned = new ArrayList<>(inputs.size());
    int next = 0;
    for (VifInput input : inputs) {
      WrongInputException conflict = conflicts.get(input);
      if (conflict != null) {
        planned.add(new PlannedInput(input, null, conflict));
      } else {
        PlannedOperation plan = plans.get(next++);
        WrongInputException problem = plan.problem() == null ? null : placed(plan.problem(), input);
        planned.add(new PlannedInput(input, plan.plan(), problem));
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

  /** What is wrong with a VIF, with the place where it stands. */
  WrongInputException placed(InvalidInputException wrong, VifInput input) {
    return configuration.place(wrong.path()) == null
        ? WrongInputException.in(input.file(), wrong.under(input.request().path()))
        : PluginConfiguration.placed(configuration, wrong);
  }
}
